"""A3: the same thing is written the same, and what is none is told from what is."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.traits import normal_address, normal_device, normal_email, normal_phone


@given(st.ip_addresses().map(str))
def test_a3_an_address_written_once_stays_or_is_a_network(text: str) -> None:
    written = normal_address(text)
    assert written is not None
    assert written.endswith("/64") or normal_address(written) == written


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_a3_a_household_of_ipv6_is_one(address: object, host: int) -> None:
    number = int(address)  # type: ignore[call-overload] # of either version
    if number >> 32 != 0xFFFF:
        other = type(address)(number >> 64 << 64 | host)  # type: ignore[call-arg] # of either version
        if int(other) >> 32 != 0xFFFF:  # type: ignore[call-overload] # of either version
            assert normal_address(str(address)) == normal_address(str(other))


@given(st.text())
def test_a3_whatever_comes_in_is_answered(text: str) -> None:
    normal_address(text)
    normal_device(text)
    for read in (normal_email, normal_phone):
        with suppress(ValueError):
            assert read(read(text)) == read(text)


@pytest.mark.parametrize("text", ["fe80::1%eth0", "::1", "127.0.0.1"])
def test_a3_addresses_of_machines_are_addresses(text: str) -> None:
    assert normal_address(text)


def test_a3_phones_are_written_as_e164() -> None:
    assert normal_phone("0086 (10) 5555-0100") == "+861055550100"
    for bad in ("010 5555 0100", "+0 1234567", "+1234", "+1x2345678"):
        with pytest.raises(ValueError, match="country code"):
            normal_phone(bad)
