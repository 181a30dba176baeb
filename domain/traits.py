"""Traits: how what links accounts of one person is written, so that the same thing is always the same text (A3)."""

import ipaddress
import re

EMAIL_CHARACTERS_MAX = 320
ADDRESS_CHARACTERS_MAX = 64
DEVICE_CHARACTERS_MAX = 255

_PHONE_SEPARATORS = re.compile(r"[\s().\-/]+")
_PHONE = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})")
_HOST_BITS_V6 = 64


def normal_email(text: str) -> str:
    """Write an e-mail address in the one way in which addresses are compared: lower case.

    Raises:
        ValueError: it is none.
    """
    email = text.strip().lower()
    local, at, domain = email.rpartition("@")
    if not (local and at and domain) or len(email) > EMAIL_CHARACTERS_MAX or not email.isprintable() or " " in email:
        raise ValueError("must be an e-mail address")
    return email


def normal_phone(text: str) -> str:
    """Write a telephone number as E.164 does: `+`, country code, number; 7 to 15 digits.

    Raises:
        ValueError: it is none, or has no country code.
    """
    match = _PHONE.fullmatch(_PHONE_SEPARATORS.sub("", text))
    if match is None:
        raise ValueError("must be a telephone number with its country code, such as +86 10 5555 0100")
    return f"+{match[1]}"


def normal_address(text: str) -> str | None:
    """Write an IP address as what one household has: an IPv4 address, or an IPv6 network of 64 bits; None: it is none.

    An IPv4 address inside of an IPv6 one is the IPv4 address.
    """
    if len(text) > ADDRESS_CHARACTERS_MAX:
        return None
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> _HOST_BITS_V6 << _HOST_BITS_V6, _HOST_BITS_V6)))


def normal_device(text: str) -> str | None:
    """Write a device's id, as the client keeps it; None: it is none."""
    device = text.strip()
    return device if 1 <= len(device) <= DEVICE_CHARACTERS_MAX and device.isprintable() else None
