"""Third room: all rows of a partition's goods are here. Repeats and conflicts are settled, products found or made,
stock and prices applied, and the outcome of each row written down.

It can be done again at any point: products are made under derived ids, items note which row of which job is in them,
and the part's mark comes last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError

from services.catalog import client as catalog
from services.csv_import import store
from services.csv_import.domain import apply
from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.job import Job
from services.csv_import.domain.outcome import Decided, Outcome, Result, contradict, figures
from services.csv_import.domain.problems import RowError
from services.csv_import.domain.settle import Goods, settle
from services.csv_import.settings import ToFinishes
from services.inventory import client as inventory
from shared.aws import queues
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.clock import utc_now


def work(message: Message) -> None:
    """``{job_id, partition}``. A partition whose mark is there only makes sure that the last room is told."""
    job = store.find(message["job_id"])
    if job is None or job.status != "processing":
        return
    partition: int = message["partition"]
    part = f"partition#{partition:05d}"
    follow(job.correlation_id, job_id=job.job_id, part=part)
    if not store.part_is_done(job, part):
        outcomes = sorted(_applied(job, list(_rows(job, partition))), key=lambda o: o.row_number)
        store.save_outcomes(job, partition, (o.to_json() for o in outcomes))
        job = store.finish_part(job, part, "partitions_done", figures(outcomes), utc_now())
        logger.info("partition applied", extra={"rows": len(outcomes)})
    if job.partitions_done == job.partitions:
        queues.send(settings(ToFinishes).finishes_queue_url, [{"job_id": job.job_id}])


def _rows(job: Job, partition: int) -> Iterator[Decided]:
    """The partition's rows from every chunk's decision file."""
    for mark in store.parts(job, "chunk#"):
        start, end = mark["ends"][partition], mark["ends"][partition + 1]
        lines = store.decided(job, int(mark["part"].removeprefix("chunk#")), start, end)
        yield from map(Decided.from_json, lines)


def _applied(job: Job, rows: Sequence[Decided]) -> list[Outcome]:
    goods, outcomes = settle(rows)
    found, refused = _products(job, goods)
    outcomes += refused
    known = catalog.facts(p.product_id for p in found.values() if p.product_id)
    stocked = _stock(job, goods, found, known)
    for one in goods:
        if one.key not in found:
            continue
        made = found[one.key]
        product_id = known[made.product_id].product_id if made.product_id in known else made.product_id
        item = stocked.get(one.key)
        if item and item.error:
            error = RowError(item.error.pointer.lstrip("/"), item.error.code, item.error.message, "")
            outcomes += [Outcome.failed(d.row, error) for d in (*one.kept, *one.repeated)]
            continue
        for index, decided in enumerate(one.kept):
            first_of_new = made.created and index == 0
            same = item is not None and item.status == "unchanged"
            result: Result = "created" if first_of_new else "unchanged" if same else "matched"
            warnings = () if made.created else _name_differs(decided.row, known.get(made.product_id))
            outcomes.append(Outcome.of(decided.row, result, product_id, *warnings, *made.warnings))
        outcomes += [Outcome.of(d.row, "duplicate", product_id, _repeat(d, one)) for d in one.repeated]
    return outcomes


class _Found:
    """The product of some goods: known, made by this job, or (dry run) one that would be made."""

    def __init__(self, product_id: str, *, created: bool, warnings: Sequence[RowError] = ()) -> None:
        self.product_id = product_id
        self.created = created
        self.warnings = tuple(warnings)


def _products(job: Job, goods: Sequence[Goods]) -> tuple[dict[str, _Found], list[Outcome]]:
    """A product for all goods, by key; and the outcome of rows for which there can be none."""
    found: dict[str, _Found] = {}
    refused: list[Outcome] = []
    asked: list[tuple[Goods, catalog.Proposal, Sequence[RowError]]] = []
    for one in goods:
        if one.product_id:
            found[one.key] = _Found(one.product_id, created=False)
            continue
        proposal, warnings, errors = _proposal(job, one)
        if proposal:
            asked.append((one, proposal, warnings))
        else:
            refused += [Outcome.failed(d.row, *errors) for d in (*one.kept, *one.repeated)]
    if job.dry_run:
        found |= {one.key: _Found("", created=one.twin is None, warnings=w) for one, _, w in asked}
        return found, refused
    for (one, _, warnings), made in zip(
        asked, catalog.propose([p for _, p, _ in asked], job.cause(utc_now())), strict=True
    ):
        # A twin's product is counted where the twin is.
        found[one.key] = _Found(made.product_id, created=made.created and one.twin is None, warnings=warnings)
    return found, refused


def _proposal(job: Job, one: Goods) -> tuple[catalog.Proposal | None, Sequence[RowError], Sequence[RowError]]:
    row = one.proposer.row
    if row.name is None:
        cure = "Nobody knows this barcode yet; add the product's name to the row."
        return None, (), [RowError("name", "NAME_MISSING", cure, "")]
    facts = apply.product_facts(row)
    warnings: Sequence[RowError] = ()
    try:
        fields = catalog.ProductFields.model_validate(facts)
    except ValidationError as error:
        facts, warnings, errors = apply.without_wrong(facts, error)
        if errors:
            return None, (), errors
        fields = catalog.ProductFields.model_validate(facts)
    of_admin = job.kind == "catalog"
    proposal = catalog.Proposal(
        fields=fields,
        source="admin" if of_admin else "import",
        verified=of_admin,
        store_id=job.store_id,
        seed=(job.job_id, one.proposer.key if one.twin is None else f"gtin#{one.twin.gtin}"),
        at=job.created_at,
    )
    return proposal, warnings, ()


def _stock(
    job: Job, goods: Sequence[Goods], found: Mapping[str, _Found], known: Mapping[str, catalog.Product]
) -> dict[str, inventory.Applied]:
    """What the rows make of the store's stock, by key. A load of the shared catalog has no stock."""
    if job.kind == "catalog" or job.store_id is None:
        return {}
    changes: dict[str, inventory.StockChange] = {}
    for one in goods:
        if one.twin or one.key not in found:
            continue
        product = known.get(found[one.key].product_id)
        rows = [d.row for d in one.kept]
        changes[one.key] = inventory.StockChange(
            product_id=product.product_id if product else found[one.key].product_id or one.key,
            product_mrp=product.mrp if product else None,
            lots=[inventory.LotChange(**apply.lot_facts(row)) for row in rows],
            **apply.item_facts(rows),
        )
    applied = inventory.apply(
        job.store_id, list(changes.values()), job_id=job.job_id, cause=job.cause(utc_now()), dry_run=job.dry_run
    )
    return dict(zip(changes, applied, strict=True))


def _name_differs(row: ParsedRow, product: catalog.Product | None) -> tuple[RowError, ...]:
    """Across files the GTIN wins: the row is stocked on the product of its GTIN, and told so."""
    if product is None or row.name is None or row.barcode is None:
        return ()
    theirs = ParsedRow(row.row_number)
    theirs.name, theirs.brand, theirs.net_quantity = product.name, product.brand, product.packed
    if not contradict(row, theirs):
        return ()
    message = f"This barcode belongs to “{product.name}” in the catalog; the row is stocked on that product."
    return (RowError("name", "NAME_DIFFERS", message, row.name),)


def _repeat(decided: Decided, one: Goods) -> RowError:
    if one.twin:
        message = f"Row {one.twin.row_number} has the same name and size and a barcode; that row was used."
    else:
        last = next(k for k in reversed(one.kept) if k.lot == decided.lot)
        message = f"Row {last.row_number} names the same goods again; the last one was used."
    return RowError("", "REPEATED_ROW", message, "")


handler = metered(queue_handler(work))
