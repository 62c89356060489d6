"""DER as bytes, with the freedom to write what is not DER: order and lengths are the caller's."""
import datetime


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + body


def sequence(*parts):
    return tlv(0x30, *parts)


def set_as_given(*parts):
    return tlv(0x31, *parts)


def set_of(*parts):
    """A SET OF in the order that DER wants."""
    return tlv(0x31, *sorted(parts))


def indefinite(tag, *parts):
    """The same in BER, with its end marked instead of its length told."""
    return bytes([tag, 0x80]) + b"".join(parts) + b"\0\0"


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def boolean(value):
    return tlv(1, b"\xff" if value else b"\0")


def octets(value):
    return tlv(4, value)


def bits(value, unused=0):
    return tlv(3, bytes([unused]), value)


def oid(dotted):
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    body = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        body += bytes(reversed(groups))
    return tlv(6, bytes(body))


def explicit(number, *parts):
    return tlv(0xA0 | number, *parts)


def moment(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)


def utc_time(text):
    return tlv(0x17, moment(text).strftime("%y%m%d%H%M%SZ").encode())


def generalized_time(text):
    return tlv(0x18, moment(text).strftime("%Y%m%d%H%M%SZ").encode())


NULL = b"\x05\0"


def contents(encoded):
    """The content octets of one TLV."""
    first = encoded[1]
    return encoded[2 + (first & 0x7F if first & 0x80 else 0):]
