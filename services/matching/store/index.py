"""The search index: a tantivy directory of records, written by one and read by many.

All analysis is ours (``hear``): tantivy stores terms as they are told, and queries are built of terms, never parsed:
what people type is no syntax.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import tantivy
from tantivy import Document, Occur, Query

from services.catalog.client import Product
from services.matching.domain.alike import Known
from services.matching.domain.record import MAIN, Entry, Name, Record, size_terms
from shared.kernel.naming import Heard, Role, Word, grams, hear, skeleton
from shared.kernel.text import folded

FORMAT: Final = 1
"""Raise it when fields or analysis change: readers refuse an index of another format, and the next rebuild makes it."""

_HIDDEN: Final = ("merged", "rejected")
_LIGHT: Final = frozenset((Role.CODE, Role.IMPLIED, Role.ASIDE))
_GRAMS_ASKED: Final = 8
_BOOST: Final = {"tok": 1.0, "ph": 0.6, "sk": 0.35, "ng": 0.22, "qty": 0.5}


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("version", stored=True)
    builder.add_bytes_field("record", stored=True)
    builder.add_unsigned_field("created", fast=True)
    for name in ("tok", "ph", "sk", "ng"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in ("qty", "gtin", "status", "category", "brand", "region", "store", "proposer"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    return builder.build()


SCHEMA: Final = _schema()


def entry_of(product: Product) -> Entry:
    """What the index keeps of a product of the catalog."""
    whole = hear(
        product.name,
        brand=product.brand,
        net_quantity=product.packed,
        size=product.attributes.get("weight"),
    )
    names = [Name(MAIN, whole.words)]
    for region, spellings in product.regional_names.items():
        names += [Name(f"regional_names.{region}", hear(text).words) for text in spellings]
    record = Record(
        product.product_id,
        product.version,
        product.verification_status,
        product.gtin,
        int(product.mrp * 100) if product.mrp is not None else None,
        int(product.created_at.timestamp()),
        tuple(names),
        whole.amounts,
    )
    return Entry(
        record,
        folded(product.category),
        folded(product.brand),
        tuple(product.regional_names),
        product.store_id or "",
        product.proposed_by or "",
    )


class Filter(NamedTuple):
    """What a list is narrowed to. ``reader``: an owner's id and stores, who see what is verified or their own."""

    statuses: tuple[str, ...] = ()
    category: str | None = None
    brand: str | None = None
    region: str | None = None
    reader: tuple[str, tuple[str, ...]] | None = None


class Builder:
    """Writes an index in a folder; what is there already is kept, and replaced product by product."""

    def __init__(self, folder: Path | None, *, heap_mb: int = 64) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(SCHEMA, path=str(folder) if folder else None)
        self._writer = self._index.writer(heap_size=heap_mb << 20, num_threads=1)

    def put(self, entries: Iterable[Entry]) -> None:
        """Adds products, or replaces those that are there."""
        for entry in entries:
            self._writer.delete_documents_by_term("id", entry.product_id)
            self._writer.add_document(_document(entry))

    def add(self, entries: Iterable[Entry]) -> None:
        """As ``put``, for products that are surely not there yet."""
        for entry in entries:
            self._writer.add_document(_document(entry))

    def commit(self) -> None:
        """What was put is there for who opens the folder from now on."""
        self._writer.commit()
        self._index.reload()

    def close(self) -> None:
        """Waits for merges; the folder then holds what its meta.json names."""
        self._writer.wait_merging_threads()

    def index(self) -> Index:
        """To read what has been committed."""
        self._index.reload()
        return Index(self._index)


class Index:
    """Reads one state of an index; a later state is another object."""

    def __init__(self, index: tantivy.Index) -> None:
        self._searcher = index.searcher()

    @classmethod
    def open(cls, folder: Path) -> Index:
        """The index in a folder. Raises ValueError if there is none."""
        return cls(tantivy.Index.open(str(folder)))

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Index:
        """A small index in memory."""
        builder = Builder(None, heap_mb=16)
        builder.add(entries)
        builder.commit()
        return builder.index()

    @classmethod
    def of_records(cls, records: Iterable[Record]) -> Index:
        """The same, of records that nobody lists."""
        return cls.of(Entry(record, "", "", (), "", "") for record in records)

    @property
    def documents(self) -> int:
        """How many products it has."""
        return self._searcher.num_docs

    def versions(self, product_ids: Iterable[str]) -> dict[str, int]:
        """The version of each product that is there."""
        found = map(self._searcher.doc, self._addresses(product_ids))
        return {document["id"][0]: document["version"][0] for document in found}

    def records(self, product_ids: Iterable[str]) -> Iterator[Record]:
        """The records of these products, in no order."""
        return map(self._record, self._addresses(product_ids))

    def _addresses(self, product_ids: Iterable[str]) -> Iterator[tantivy.DocAddress]:
        wanted = list(dict.fromkeys(product_ids))
        for at in range(0, len(wanted), 500):
            some = wanted[at : at + 500]
            found = self._searcher.search(Query.term_set_query(SCHEMA, "id", some), limit=len(some), count=False)
            yield from (address for _, address in found.hits)

    def nearest(self, heard: Heard, k: int, *, filters: Filter | None = None) -> list[Record]:
        """The ``k`` products whose names and sizes fit best; without filters none that was merged or rejected."""
        clauses = self._clauses(heard)
        if not clauses or not self.documents:
            return []
        if filters is None:
            hidden = [(Occur.MustNot, Query.term_query(SCHEMA, "status", status)) for status in _HIDDEN]
            return self._found(Query.boolean_query([*clauses, *hidden]), k)
        return self._found(Query.boolean_query([(Occur.Must, Query.boolean_query(clauses)), *_filters(filters)]), k)

    def by_gtin(self, gtin: str, filters: Filter) -> list[Record]:
        """The product of a GTIN (14 digits), if the index has it and it fits the filters."""
        wanted = (Occur.Must, Query.term_query(SCHEMA, "gtin", gtin))
        return self._found(Query.boolean_query([wanted, *_filters(filters)]), 1)

    def like(self, heard: Heard, unfinished: str, filters: Filter, k: int) -> list[Record]:
        """Products that have every word, or nearly, and fit the filters; ``unfinished`` is the word being typed."""
        wanted: list[Query] = []
        for word in heard.words:
            if word.role is Role.IMPLIED:
                continue
            wanted.append(Query.disjunction_max_query(self._ways(word, prefix=word.text == unfinished), 0.1))
        wanted += [
            Query.boost_query(Query.term_query(SCHEMA, "qty", term), _BOOST["qty"])
            for term in size_terms(heard.amounts)
        ]
        if not wanted:
            return self.newest(filters, k)
        most = max(1, (len(wanted) * 2 + 2) // 3)
        text = Query.boolean_query([(Occur.Should, q) for q in wanted], most)
        return self._found(Query.boolean_query([(Occur.Must, text), *_filters(filters)]), k)

    def newest(self, filters: Filter, k: int) -> list[Record]:
        """Products that fit the filters, newest first."""
        query = Query.boolean_query([(Occur.Must, Query.all_query()), *_filters(filters)])
        found = self._searcher.search(query, limit=k, count=False, order_by_field="created")
        return [self._record(address) for _, address in found.hits]

    @cached_property
    def known(self) -> Known:
        """What it knows of words; remembered for as long as this state of it lasts."""
        return Known(self.documents, self._frequency("ph"), self._frequency("tok"))

    def _frequency(self, field: str) -> Callable[[str], int]:
        @lru_cache(maxsize=1 << 16)
        def frequency(term: str) -> int:
            return self._searcher.doc_freq(field, term)

        return frequency

    def _ways(self, word: Word, *, prefix: bool) -> list[Query]:
        ways: list[Query] = []
        for sound in filter(None, (word.sound, word.means)):
            ways.append(Query.boost_query(Query.term_query(SCHEMA, "ph", sound), 1.0))
            if bones := skeleton(sound):
                ways.append(Query.boost_query(Query.term_query(SCHEMA, "sk", bones), 0.5))
        if word.text != word.sound:
            ways.append(Query.boost_query(Query.term_query(SCHEMA, "tok", word.text), 1.2))
        if prefix:
            longer = [
                (field, term)
                for field, begun in (("tok", word.text), ("ph", word.sound))
                for term, _ in self._searcher.terms_with_prefix(field, begun, limit=20)
            ]
            ways += [Query.boost_query(Query.term_query(SCHEMA, field, term), 0.8) for field, term in longer]
        pieces = grams(word.sound)
        if len(pieces) > 2:
            some = [(Occur.Should, Query.term_query(SCHEMA, "ng", gram)) for gram in pieces]
            ways.append(Query.boost_query(Query.boolean_query(some, max(2, len(pieces) * 3 // 5)), 0.12))
        return ways

    def _clauses(self, heard: Heard) -> list[tuple[Occur, Query]]:
        clauses: list[tuple[Occur, Query]] = []
        pieces: dict[str, None] = {}
        for word in heard.words:
            weight = 0.3 if word.role in _LIGHT else 1.0
            clauses.append(_should("tok", word.text, _BOOST["tok"] * weight))
            # What a lexicon knows a word to mean counts; how that word sounds is then chance.
            own = weight * 0.3 if word.means else weight
            for sound, share in ((word.sound, own), (word.means, weight * 2)):
                if not sound:
                    continue
                clauses.append(_should("ph", sound, _BOOST["ph"] * share))
                if bones := skeleton(sound):
                    clauses.append(_should("sk", bones, _BOOST["sk"] * share))
                if word.role is not Role.CODE and share >= weight:
                    pieces.update(dict.fromkeys(grams(sound)))
        rarest = sorted((frequency, gram) for gram in pieces if (frequency := self._searcher.doc_freq("ng", gram)))
        clauses += [_should("ng", gram, _BOOST["ng"]) for _, gram in rarest[:_GRAMS_ASKED]]
        clauses += [_should("qty", term, _BOOST["qty"]) for term in size_terms(heard.amounts)]
        return clauses

    def _found(self, query: Query, k: int) -> list[Record]:
        found = self._searcher.search(query, limit=k, count=False)
        return [self._record(address) for _, address in found.hits]

    def _record(self, address: tantivy.DocAddress) -> Record:
        stored: bytes = self._searcher.doc(address)["record"][0]
        return Record.loaded(stored)


def _should(field: str, term: str, boost: float) -> tuple[Occur, Query]:
    return Occur.Should, Query.boost_query(Query.term_query(SCHEMA, field, term, "basic"), boost)


def _filters(filters: Filter) -> list[tuple[Occur, Query]]:
    clauses: list[tuple[Occur, Query]] = []
    if filters.statuses:
        clauses.append((Occur.Must, Query.term_set_query(SCHEMA, "status", list(filters.statuses))))
    for field, value in (
        ("category", folded(filters.category) if filters.category is not None else None),
        ("brand", folded(filters.brand) if filters.brand is not None else None),
        ("region", filters.region),
    ):
        if value is not None:
            clauses.append((Occur.Must, Query.term_query(SCHEMA, field, value)))
    if filters.reader is not None:
        subject, stores = filters.reader
        seen = [
            (Occur.Should, Query.term_query(SCHEMA, "status", "verified")),
            (Occur.Should, Query.term_query(SCHEMA, "proposer", subject)),
            *((Occur.Should, Query.term_query(SCHEMA, "store", store)) for store in stores),
        ]
        clauses.append((Occur.Must, Query.boolean_query(seen)))
    return clauses


def _document(entry: Entry) -> Document:
    record = entry.record
    document = Document()
    document.add_text("id", record.product_id)
    document.add_unsigned("version", record.version)
    document.add_bytes("record", record.dumped())
    document.add_unsigned("created", max(0, record.created))
    document.add_text("status", record.status)
    document.add_text("category", entry.category)
    document.add_text("brand", entry.brand)
    document.add_text("store", entry.store_id)
    document.add_text("proposer", entry.proposed_by)
    for region in entry.regions:
        document.add_text("region", region)
    if record.gtin:
        document.add_text("gtin", record.gtin)
    for term in size_terms(record.amounts):
        document.add_text("qty", term)
    words = dict.fromkeys(word for name in record.names for word in name.words)
    sounds = dict.fromkeys(s for word in words for s in (word.sound, word.means) if s)
    document.add_text("tok", " ".join(dict.fromkeys(word.text for word in words)))
    document.add_text("ph", " ".join(sounds))
    document.add_text("sk", " ".join(dict.fromkeys(bones for s in sounds if (bones := skeleton(s)))))
    document.add_text("ng", " ".join(dict.fromkeys(gram for s in sounds for gram in grams(s))))
    return document
