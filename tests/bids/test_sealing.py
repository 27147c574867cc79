"""Sealing without a database: shares, codes, envelopes and sealed files, and every way to tamper with them."""

from __future__ import annotations

import io
import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from marketplace.bids import codes, envelope, shares

PLACE = envelope.place_of("bid", "C-2026-000001", 7, 1)


def test_shares_of_the_published_vector_give_its_secret() -> None:
    """draft-mcgrew-tss-03, section 9."""
    first, second = bytes.fromhex("01B9FA07E185"), bytes.fromhex("02F5409B4511")
    assert shares.join([first, second]) == bytes.fromhex("7465737400")
    assert shares.join([second, first]) == bytes.fromhex("7465737400")


def test_the_field_is_that_of_aes() -> None:
    """FIPS 197, section 4.2: products, and that every element but 0 has its inverse."""
    assert shares._times(0x57, 0x83) == 0xC1
    assert shares._times(0x57, 0x13) == 0xFE
    assert all(shares._times(a, shares._inverse(a)) == 1 for a in range(1, 256))


@given(st.binary(min_size=1, max_size=64), st.integers(1, 5), st.integers(0, 3))
@examples(max_examples=30)
def test_any_needed_shares_give_the_secret_back(secret: bytes, needed: int, spare: int) -> None:
    made = shares.split(secret, needed, needed + spare)
    for some in itertools.combinations(made, needed):
        assert shares.join(some) == secret


def test_one_share_of_two_says_nothing() -> None:
    """For one share every secret is as likely: some second share leads to each of them."""
    one = shares.split(b"\x2a", 2, 3)[0]
    assert {shares.join([one, bytes([2, y])]) for y in range(256)} == {bytes([value]) for value in range(256)}


@pytest.mark.parametrize("wrong", [[], [b""], [b"\x01a", b"\x01b"], [b"\x00a", b"\x01b"], [b"\x01a", b"\x02bc"]])
def test_shares_that_do_not_belong_together_are_refused(wrong: list[bytes]) -> None:
    with pytest.raises(shares.TooFew):
        shares.join(wrong)


def test_a_code_is_read_as_people_write_it() -> None:
    code = codes.new_code()
    key = codes.key_of(code, "opener").private_bytes_raw()
    assert codes.key_of(code.lower().replace("-", " ").replace("0", "o").replace("1", "l"), "opener") is not None
    assert codes.key_of(f" {code} ".lower(), "opener").private_bytes_raw() == key
    assert codes.key_of(code, "bidder").private_bytes_raw() != key


def test_every_slip_of_one_sign_shows() -> None:
    code = codes.new_code()
    for place, sign in enumerate(code):
        other = "-" if sign == "-" else codes.ALPHABET[(codes.ALPHABET.index(sign) + 1) % 32]
        slip = code[:place] + other + code[place + 1 :]
        if slip != code:
            with pytest.raises(codes.Misread):
                codes.key_of(slip, "opener")
    for wrong in ("", code[:-1], code + "0", "机遇" * 18, "U" * 36):
        with pytest.raises(codes.Misread):
            codes.key_of(wrong, "opener")


def _key() -> tuple[X25519PrivateKey, bytes]:
    private = X25519PrivateKey.generate()
    return private, private.public_key().public_bytes_raw()


def test_an_envelope_opens_for_its_key_at_its_place_alone() -> None:
    private, public = _key()
    sealed = envelope.seal("封存的方案".encode(), public, PLACE)
    assert envelope.unseal(sealed, private, PLACE).decode() == "封存的方案"
    assert "封存的方案".encode() not in sealed
    with pytest.raises(envelope.Broken):
        envelope.unseal(sealed, _key()[0], PLACE)
    with pytest.raises(envelope.Broken):
        envelope.unseal(sealed, private, envelope.place_of("bid", "C-2026-000001", 7, 2))


def test_every_changed_cut_or_added_byte_breaks_an_envelope() -> None:
    private, public = _key()
    sealed = envelope.seal(b"content", public, PLACE)
    tampered = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in (0, 1, 20, 33, 100, len(sealed) - 1)]
    for wrong in (*tampered, sealed[:-1], sealed + b"\0", b"", sealed[:20]):
        with pytest.raises(envelope.Broken):
            envelope.unseal(wrong, private, PLACE)


def test_the_length_of_what_is_sealed_does_not_show() -> None:
    _, public = _key()
    assert len({len(envelope.seal(b"x" * size, public, PLACE)) for size in (0, 1, 100, 4000)}) == 1
    for size in (10_000, 1_000_000, 20_000_000):
        assert size <= envelope.padded_length(size) <= size * 1.12
    many = {envelope.padded_length(size) for size in range(1_000_000, 2_000_000, 1000)}
    assert len(many) <= 33


@pytest.mark.parametrize("size", [1, 4096, envelope.CHUNK - 1, envelope.CHUNK, envelope.CHUNK + 1, 200_000])
def test_a_file_comes_back_and_every_change_shows(size: int) -> None:
    data, key = bytes(range(256)) * (size // 256 + 1), b"k" * 32
    sealed = b"".join(envelope.seal_file(io.BytesIO(data[:size]), size, key))
    assert b"".join(envelope.unseal_file(io.BytesIO(sealed), size, key)) == data[:size]
    piece = envelope.CHUNK + envelope.TAG
    wrong = [sealed[:-1], sealed[:1], b"\x02" + sealed[1:], sealed[:-1] + bytes([sealed[-1] ^ 1])]
    if len(sealed) > 2 * piece + 1:  # two pieces that changed places
        wrong.append(sealed[:1] + sealed[1 + piece : 1 + 2 * piece] + sealed[1 : 1 + piece] + sealed[1 + 2 * piece :])
    for each in wrong:
        with pytest.raises(envelope.Broken):
            list(envelope.unseal_file(io.BytesIO(each), size, key))
    with pytest.raises(envelope.Broken):
        list(envelope.unseal_file(io.BytesIO(sealed), size, b"K" * 32))
