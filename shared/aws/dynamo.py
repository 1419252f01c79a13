"""DynamoDB in the words of this code base: plain dicts in and out, conditions that fail as exceptions.

Items hold str, int, Decimal, bool, None (left out), list, dict, set of str and bytes. A float is refused: money and
quantities are Decimal. All reads and writes that a rule depends on are consistent and conditional.
"""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

from shared.aws import clients

Item = dict[str, Any]
_BATCH_GET = 100
_BATCH_WRITE = 25
_UNMET = "ConditionalCheckFailed"
_PASSING = frozenset({_UNMET, "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_TRANSACTION = frozenset({"TransactionCanceledException", "TransactionConflictException"})


def encode(value: Any) -> dict[str, Any]:
    """One attribute value. About four times as fast as boto3's TypeSerializer."""
    kind = type(value)
    if kind is str:
        return {"S": value}
    if kind is bool:
        return {"BOOL": value}
    if kind is int or kind is Decimal:
        return {"N": str(value)}
    if kind is dict:
        return {"M": {k: encode(v) for k, v in value.items() if v is not None}}
    if kind is list or kind is tuple:
        return {"L": [encode(v) for v in value]}
    if value is None:
        return {"NULL": True}
    if kind is set or kind is frozenset:
        return {"SS": sorted(value)}
    if kind is bytes:
        return {"B": value}
    raise TypeError(f"{kind.__name__} can't be stored ({value!r})")


def decode(value: Mapping[str, Any]) -> Any:
    """The value of one attribute. Whole numbers come back as int, others as Decimal."""
    ((kind, raw),) = value.items()
    if kind in {"S", "BOOL"}:
        return raw
    if kind == "N":
        number = Decimal(raw)
        return int(number) if number == number.to_integral_value() else number
    if kind == "M":
        return {k: decode(v) for k, v in raw.items()}
    if kind == "L":
        return [decode(v) for v in raw]
    if kind == "SS":
        return set(raw)
    if kind == "NULL":
        return None
    if kind == "B":  # text in an answer or a stream's record, bytes in an error that botocore has read
        return raw if isinstance(raw, bytes) else base64.b64decode(raw)
    raise TypeError(f"attribute of type {kind} is not used here")


def encode_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """A whole item; None is left out."""
    return {k: encode(v) for k, v in item.items() if v is not None}


def decode_item(item: Mapping[str, Any]) -> Item:
    """A whole item."""
    return {k: decode(v) for k, v in item.items()}


class ConditionFailed(Exception):
    """The condition did not hold; ``item`` is what stands there (None: nothing)."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("condition failed")
        self.item = item


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one write of a transaction was refused: ``code`` as DynamoDB names it, ``item`` as it stands."""

    code: str
    item: Item | None


class TransactionRefused(Exception):
    """A condition did not hold and nothing was written.

    ``refusals`` has one entry a write, in order, None where that write was fine.
    """

    def __init__(self, refusals: Sequence[Refusal | None]) -> None:
        super().__init__(f"transaction refused: {[r.code if r else None for r in refusals]}")
        self.refusals = refusals


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query and the key to go on from."""

    items: list[Item]
    next_key: Item | None


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a transaction."""

    kind: str
    body: dict[str, Any]


class Table:
    """One table by name."""

    def __init__(self, name: str, *key: str) -> None:
        self.name = name
        self.key = key

    def get(self, *key: str | int, consistent: bool = True) -> Item | None:
        """The item, or None."""
        answer = clients.dynamodb().get_item(
            TableName=self.name, Key=self._key(key), ConsistentRead=consistent, ReturnConsumedCapacity="NONE"
        )
        return decode_item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Iterable[tuple[str | int, ...]], *, consistent: bool = True) -> Iterator[Item]:
        """The items there are, in no order."""
        wanted = [self._key(k) for k in dict.fromkeys(keys)]
        for at in range(0, len(wanted), _BATCH_GET):
            request: dict[str, Any] = {self.name: {"Keys": wanted[at : at + _BATCH_GET], "ConsistentRead": consistent}}
            for pause in _pauses():
                answer = clients.dynamodb().batch_get_item(RequestItems=request)
                yield from map(decode_item, answer["Responses"].get(self.name, ()))
                request = answer.get("UnprocessedKeys") or {}
                if not request:
                    break
                time.sleep(pause)
            else:
                raise TimeoutError(f"{self.name} kept throttling a batch read")

    def put(self, item: Item, condition: str | None = None, **values: Any) -> None:
        """Writes the item whole. Raises ConditionFailed."""
        request = self._put(item, condition, values)
        try:
            clients.dynamodb().put_item(**request)
        except ClientError as error:
            raise _as_condition(error) from error

    def put_many(self, items: Sequence[Item]) -> None:
        """Writes items whole, whatever stands there: only for those that never change once they are written."""
        for at in range(0, len(items), _BATCH_WRITE):
            part = [{"PutRequest": {"Item": encode_item(item)}} for item in items[at : at + _BATCH_WRITE]]
            request: dict[str, Any] = {self.name: part}
            for pause in _pauses():
                request = clients.dynamodb().batch_write_item(RequestItems=request).get("UnprocessedItems") or {}
                if not request:
                    break
                time.sleep(pause)
            else:
                raise TimeoutError(f"{self.name} kept throttling a batch write")

    def update(self, *key: str | int, set_: str, condition: str | None = None, **values: Any) -> Item:
        """Changes attributes by an update expression; answers the item after it. Raises ConditionFailed."""
        request = self._update(key, set_, condition, values)
        try:
            answer = clients.dynamodb().update_item(**request, ReturnValues="ALL_NEW")
        except ClientError as error:
            raise _as_condition(error) from error
        return decode_item(answer["Attributes"])

    def delete(self, *key: str | int, condition: str | None = None, **values: Any) -> None:
        """Takes the item away. Raises ConditionFailed."""
        request = self._delete(key, condition, values)
        try:
            clients.dynamodb().delete_item(**request)
        except ClientError as error:
            raise _as_condition(error) from error

    def query(
        self,
        condition: str,
        *,
        index: str | None = None,
        limit: int | None = None,
        start: Item | None = None,
        newest_first: bool = False,
        consistent: bool = False,
        filter_: str | None = None,
        **values: Any,
    ) -> Page:
        """One page by key condition; ``:name`` in the expressions are ``values``, ``#name`` attributes."""
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ScanIndexForward": not newest_first,
            "ConsistentRead": consistent,
            **_expression(f"{condition} {filter_ or ''}", values),
        }
        if index:
            request["IndexName"] = index
        if limit:
            request["Limit"] = limit
        if start:
            request["ExclusiveStartKey"] = encode_item(start)
        if filter_:
            request["FilterExpression"] = filter_
        answer = clients.dynamodb().query(**request)
        last = answer.get("LastEvaluatedKey")
        return Page([decode_item(i) for i in answer["Items"]], decode_item(last) if last else None)

    def query_all(self, condition: str, **options: Any) -> Iterator[Item]:
        """Every item of a key condition, page by page."""
        start: Item | None = None
        while True:
            page = self.query(condition, start=start, **options)
            yield from page.items
            if page.next_key is None:
                return
            start = page.next_key

    def scan_all(self) -> Iterator[Item]:
        """Every item of the table, in no order, page by page; an item that is written meanwhile comes old or new."""
        asked: dict[str, Any] = {"TableName": self.name}
        while True:
            answer = clients.dynamodb().scan(**asked)
            yield from map(decode_item, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    # The same writes, as parts of a transaction.

    def putting(self, item: Item, condition: str | None = None, **values: Any) -> Write:
        """``put``, in a transaction."""
        return Write("Put", self._put(item, condition, values))

    def updating(self, *key: str | int, set_: str, condition: str | None = None, **values: Any) -> Write:
        """``update``, in a transaction."""
        return Write("Update", self._update(key, set_, condition, values))

    def deleting(self, *key: str | int, condition: str | None = None, **values: Any) -> Write:
        """``delete``, in a transaction."""
        return Write("Delete", self._delete(key, condition, values))

    def _key(self, key: tuple[str | int, ...]) -> dict[str, Any]:
        return {name: encode(value) for name, value in zip(self.key, key, strict=True)}

    def _put(self, item: Item, condition: str | None, values: dict[str, Any]) -> dict[str, Any]:
        return self._write(condition, values, Item=encode_item(item))

    def _update(
        self, key: tuple[str | int, ...], set_: str, condition: str | None, values: dict[str, Any]
    ) -> dict[str, Any]:
        return self._write(condition, values, Key=self._key(key), UpdateExpression=set_)

    def _delete(self, key: tuple[str | int, ...], condition: str | None, values: dict[str, Any]) -> dict[str, Any]:
        return self._write(condition, values, Key=self._key(key))

    def _write(self, condition: str | None, values: dict[str, Any], **body: Any) -> dict[str, Any]:
        request = {"TableName": self.name, **body}
        if condition:
            request["ConditionExpression"] = condition
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return {**request, **_expression(f"{body.get('UpdateExpression', '')} {condition or ''}", values)}


def transact(writes: Sequence[Write]) -> None:
    """All of the writes or none.

    Raises TransactionRefused when a condition doesn't hold. Who meets another transaction waits and tries again.
    """
    request: dict[str, Any] = {"TransactItems": [{w.kind: w.body} for w in writes]}
    for pause in _pauses():
        try:
            clients.dynamodb().transact_write_items(**request)
            return
        except ClientError as error:
            refusals = _refusals(error)
            codes = {r.code for r in refusals if r}
            if codes == {_UNMET}:
                raise TransactionRefused(refusals) from error
            if not codes <= _PASSING or error.response["Error"]["Code"] not in _TRANSACTION:
                raise
            time.sleep(pause)
    raise TimeoutError("a transaction kept meeting others")


def _pauses() -> Iterator[float]:
    """Waits between tries, in seconds: 9 tries over some 6 s, spread so that rivals don't meet again."""
    spread = random.uniform(0.4, 1.0)  # noqa: S311 - nothing secret
    return (pause * spread for pause in (0.03, 0.06, 0.12, 0.25, 0.5, 1.0, 2.0, 4.0, 0.0))


def _expression(text: str, values: dict[str, Any]) -> dict[str, Any]:
    """Names and values of an expression: ``#status`` stands for the attribute ``status``."""
    result: dict[str, Any] = {}
    names = {word: word[1:] for word in _words(text) if word.startswith("#")}
    if names:
        result["ExpressionAttributeNames"] = names
    if values:
        result["ExpressionAttributeValues"] = {f":{k}": encode(v) for k, v in values.items()}
    return result


def _words(text: str) -> list[str]:
    for mark in "(),=<>+-.":
        text = text.replace(mark, " ")
    return text.split()


def _as_condition(error: ClientError) -> Exception:
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        return error
    old: Any = error.response.get("Item")
    return ConditionFailed(decode_item(old) if old else None)


def _refusals(error: ClientError) -> list[Refusal | None]:
    reasons: Any = error.response.get("CancellationReasons", ())
    return [
        None
        if r.get("Code", "None") == "None"
        else Refusal(r["Code"], decode_item(r["Item"]) if r.get("Item") else None)
        for r in reasons
    ]
