"""Time stamps: tokens of RFC 3161, and countersignatures of PKCS#9 as Windows wrote them before."""
import hashlib

from . import authenticode, der
from .keys import digest_algorithm

TST_INFO = "1.2.840.113549.1.9.16.1.4"


def token(signer, over, time):
    """A token of RFC 3161 over the octets `over` (a signature)."""
    imprint = der.sequence(digest_algorithm("sha256"), der.octets(hashlib.sha256(over).digest()))
    info = der.sequence(der.integer(1), der.oid("1.2.3.4.1"), imprint, der.integer(4711), der.generalized_time(time))
    certificate_id = der.sequence(der.sequence(der.sequence(der.octets(hashlib.sha256(signer.certificate.encoded).digest()))))
    more = [authenticode.attribute(authenticode.SIGNING_TIME, der.utc_time(time)),
            authenticode.attribute("1.2.840.113549.1.9.16.2.47", certificate_id)]
    body = der.sequence(
        der.integer(3), der.set_of(digest_algorithm(signer.digest)),
        der.sequence(der.oid(TST_INFO), der.explicit(0, der.octets(info))), der.explicit(0, *signer.certificates()),
        der.set_of(authenticode.signer_info(signer, info, TST_INFO, more)))
    return der.sequence(der.oid(authenticode.SIGNED), der.explicit(0, body))


def rfc3161(signer, time, change=lambda over: over):
    """Unsigned attributes with a token over what `change` makes of the signature."""
    return lambda signature: [authenticode.attribute(authenticode.TIME_STAMP, token(signer, change(signature), time))]


def pkcs9(signer, time, change=lambda over: over):
    """Unsigned attributes with a countersignature; its certificates have to be in the bundle of the signature."""
    def made(signature):
        more = [authenticode.attribute(authenticode.SIGNING_TIME, der.utc_time(time))]
        info = authenticode.signer_info(signer, change(signature), authenticode.DATA, more)
        return [authenticode.attribute(authenticode.COUNTER_SIGNATURE, info)]
    return made
