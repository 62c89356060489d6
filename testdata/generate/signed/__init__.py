"""The parts of which make_signed.py puts together the files of testdata/signed."""
