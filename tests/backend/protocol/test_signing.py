"""Only who has the key is heard, and nothing is heard twice."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from dynamic_style.backend.protocol.errors import ReplayError, SessionError, SignatureError
from dynamic_style.backend.protocol.signing import (
    ReplayGuard,
    check_signature,
    new_id,
    new_key,
    sign,
)

from .samples import KEY

ANNA, BERT = b"A" * 16, b"B" * 16


def test_the_signature_is_the_one_that_the_spec_describes() -> None:
    by_hand = hmac.new(KEY, b"dynamic-style request\n" + b"header", hashlib.sha256).digest()
    assert sign(KEY, b"header", direction="request") == by_hand


def test_any_change_breaks_the_signature() -> None:
    signature = sign(KEY, b"header", direction="request")
    check_signature(KEY, bytearray(b"header"), memoryview(signature), direction="request")
    for bit in range(8 * len(signature)):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SignatureError):
            check_signature(KEY, b"header", changed, direction="request")
    with pytest.raises(SignatureError):
        check_signature(KEY, b"headex", signature, direction="request")
    with pytest.raises(SignatureError):
        check_signature(KEY, b"header", signature, direction="reply")


@pytest.mark.parametrize("key", [b"", b"short", KEY + b"x"])
def test_a_key_of_another_length_signs_nothing(key: bytes) -> None:
    with pytest.raises(SignatureError, match="must have 32"):
        sign(key, b"header", direction="request")


def test_keys_and_ids_are_new_each_time() -> None:
    assert len({new_key() for _ in range(100)}) == 100
    assert len({new_id() for _ in range(100)}) == 100


def test_numbers_must_rise_within_a_session() -> None:
    guard = ReplayGuard()
    session = guard.open(ANNA, 1)
    guard.take(ANNA, session, 2)
    guard.take(ANNA, session, 9)
    for number in (9, 3, 1, 0):
        with pytest.raises(ReplayError, match=f"request {number} after 9"):
            guard.take(ANNA, session, number)
    guard.take(ANNA, session, 10)


def test_a_repeated_hello_is_refused_and_a_later_one_opens_a_new_session() -> None:
    guard = ReplayGuard()
    first = guard.open(ANNA, 1)
    with pytest.raises(ReplayError):
        guard.open(ANNA, 1)
    second = guard.open(ANNA, 2)
    assert first != second
    with pytest.raises(SessionError, match="say hello again"):
        guard.take(ANNA, first, 3)
    guard.take(ANNA, second, 3)


def test_a_session_belongs_to_one_client() -> None:
    guard = ReplayGuard()
    session = guard.open(ANNA, 1)
    for client, its_session in ((BERT, session), (ANNA, b""), (ANNA, new_id())):
        with pytest.raises(SessionError):
            guard.take(client, its_session, 2)


def test_the_memory_is_bounded_and_forgetting_lets_nothing_old_in() -> None:
    guard = ReplayGuard(capacity=2)
    sessions = {client: guard.open(client, 1) for client in (ANNA, BERT)}
    guard.take(ANNA, sessions[ANNA], 2)
    guard.open(b"C" * 16, 1)  # Bert was silent the longest, so he is forgotten
    assert len(guard) == 2
    guard.take(ANNA, sessions[ANNA], 3)
    with pytest.raises(SessionError):
        guard.take(BERT, sessions[BERT], 2)
    again = guard.open(BERT, 3)
    with pytest.raises(SessionError):
        guard.take(BERT, sessions[BERT], 4)
    guard.take(BERT, again, 4)
