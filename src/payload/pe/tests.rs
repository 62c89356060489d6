//! Whole files, built here: good ones and those that no linker makes.
