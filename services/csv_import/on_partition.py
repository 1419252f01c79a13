"""Fourth room: all rows of a partition's goods are here. Repeats and conflicts are settled, products found or made,
stock and prices applied, and the outcome of each row written down.

It can be done again at any point: products are made under derived ids, items note which row of which job is in them,
and the part's mark comes last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from pydantic import ValidationError

from services.catalog import client as catalog
from services.csv_import.domain import apply
from services.csv_import.domain.changes import changes, doubtful
from services.csv_import.domain.facts import ParsedRow
from services.csv_import.domain.job import AT_WORK, Job
from services.csv_import.domain.outcome import Decided, Outcome, Result, contradict, figures, identity_in
from services.csv_import.domain.plan import Plan
from services.csv_import.domain.problems import CANCELLED, WORK_FAILED, RowError
from services.csv_import.domain.settle import Goods, settle
from services.csv_import.settings import Pace, ToFinishes
from services.csv_import.store import files, jobs, parts
from services.inventory import client as inventory
from services.off_sync import client as off_sync
from shared.aws import queues
from shared.aws.dynamo import Item
from shared.aws.observability import follow, logger, metered
from shared.aws.queues import Message, queue_handler
from shared.aws.settings import settings
from shared.kernel.clock import utc_now

_ASKED_AT_MOST = 10
"""Barcodes of a part that Open Food Facts is asked about: it is asked as many a minute by all of us."""


def work(message: Message, *, lost: bool = False) -> None:
    """``{job_id, partition}``. A partition whose mark is there only makes sure that the last room is told.

    ``lost``: it was tried too often; its rows fail, and what a try has done of them is taken back.
    """
    job = jobs.find(message["job_id"])
    partition: int = message["partition"]
    part = f"partition#{partition:05d}"
    if job is None or job.chunks_done != job.chunks or job.links_done != job.partitions:
        return  # a message before its time: the rooms before send another when they are done
    follow(job.correlation_id, job_id=job.job_id, part=part)
    mark = parts.find(job, part)
    if _is_taken_back(job, mark):
        _take_back(job, part)  # a double of this message may have written after that
    if job.status not in AT_WORK:
        return
    plan = files.get_plan(job)
    if mark is None:
        rows, yields = _rows(job, plan, partition)
        refusal = WORK_FAILED if lost else CANCELLED if job.status == "cancelling" else None
        done = _refused(job, part, rows, refusal) if refusal else _applied(job, part, rows, yields)
        outcomes = sorted(done, key=lambda o: o.row_number)
        kept = {**files.save_outcomes(job, part, (o.to_json() for o in outcomes)), "refused": refusal is not None}
        job = parts.finish(job, part, figures(outcomes), utc_now(), **kept)
        logger.info("partition applied", extra={"rows": len(outcomes)})
        mark = parts.find(job, part)
        ours = mark is not None and mark["file"] == kept["file"]
        if not ours and _is_taken_back(job, mark):
            _take_back(job, part)  # somebody else settled it meanwhile
    if job.partitions_done == job.partitions and parts.tells(job, "partition", part, utc_now()):
        queues.send(settings(ToFinishes).finishes_queue_url, [{"job_id": job.job_id}])


def _rows(job: Job, plan: Plan, partition: int) -> tuple[list[Decided], dict[str, str]]:
    """The partition's rows, each under the key of its goods; and of some keys the barcode that has precedence."""
    rows = [Decided.from_json(line) for line in files.sections(parts.marks(job, "chunk#"), 1 + partition)]
    yields: dict[str, str] = {}
    for line in files.sections(parts.marks(job, "link#"), partition):
        if len(line) == 2:
            yields[line[0]] = line[1]
        else:
            rows.append(Decided.from_json(line))
    return rows, yields


def _is_taken_back(job: Job, mark: Item | None) -> bool:
    return job.status in {"undoing", "undone"} or bool(mark and mark.get("refused"))


def _take_back(job: Job, part: str) -> dict[int, str]:
    """What tries have written is taken out again, but for what was changed since; the products of rows that stay."""
    kept = list(files.images(job, part))
    if not kept:
        return {}
    images = [inventory.image_from_json(k.image) for k in kept]
    cause, returned = job.cause(utc_now()), dict[str, inventory.Returned]()
    if job.store_id:
        pace = settings(Pace).writes_a_second
        returned = inventory.put_back(job.store_id, images, job_id=job.job_id, cause=cause, a_second=pace)
    unused = {i.product_id for i, k in zip(images, kept, strict=True) if k.made and returned[i.product_id] == "removed"}
    unused -= inventory.stocked_elsewhere(unused, job.store_id)
    catalog.withdraw(unused, f"The import {job.filename} was given up.", cause)
    left = (i for i in zip(images, kept, strict=True) if returned.get(i[0].product_id) == "left")
    return {number: image.product_id for image, k in left for number in k.rows}


def _refused(job: Job, part: str, rows: Iterable[Decided], error: RowError) -> list[Outcome]:
    """None of the rows is applied, but for those that can't be taken back since somebody has sold from them."""
    stays = _take_back(job, part)
    return [
        Outcome.of(d.row, "matched", stays[d.row_number]) if d.row_number in stays else Outcome.failed(d.row, error)
        for d in rows
    ]


def _applied(job: Job, part: str, rows: Iterable[Decided], yields: Mapping[str, str]) -> list[Outcome]:
    rows = list(rows)
    goods, outcomes = settle(d for d in rows if not d.lost)
    outcomes += [Outcome.failed(d.row, WORK_FAILED) for d in rows if d.lost]
    known = catalog.facts({d.product_id for one in goods for d in one.rows if d.product_id})
    for decided in (d for one in goods for d in one.rows):
        if decided.product_id and decided.product_id in known and known[decided.product_id].withdrawn:
            decided.product_id = decided.product_gtin = None  # it went with the import that had made it
    found, refused = _products(job, goods, yields)
    outcomes += refused
    named = {f.product_id for f in found.values() if f.product_id} | {p for f in found.values() for p in f.likely}
    known |= catalog.facts(named - known.keys())
    if not job.dry_run:
        _remember(goods, found, known)
    goods, found = _together(goods, found, known)
    stocked = _stock(job, part, goods, found, known)
    for one in goods:
        made = found[one.key]
        product = known.get(made.product_id)
        item = stocked.get(one.key)
        if item and item.error:
            error = apply.refused(item.error, item.words)
            outcomes += [Outcome.failed(d.row, error) for d in one.rows]
            continue
        product_id = product.product_id if product else made.product_id
        maker = next((d for d in one.kept if not d.by), one.kept[0]) if made.created else None
        for decided in one.kept:
            same = item is not None and item.status == "unchanged"
            result: Result = "unchanged" if same else "matched"
            if decided is maker:
                result = "sent_to_review" if made.likely else "created"
            notes = (
                _may_be(made, known)
                if decided is maker or (made.created and not decided.by)
                else (
                    *_name_differs(decided.row, product),
                    *_by_name(decided, product.name if product else made.name),
                )
            )
            before, after = item.figures(inventory.LotChange(**apply.lot_facts(decided.row))) if item else ({}, {})
            said = (*notes, *made.warnings, *doubtful(before, after))
            outcomes.append(
                Outcome.of(
                    decided.row, result, product_id, *said, changes=changes(before, after) if job.dry_run else ()
                )
            )
        outcomes += [Outcome.of(d.row, "duplicate", product_id, _repeat(d, one)) for d in one.repeated]
    return outcomes


def _remember(goods: Iterable[Goods], found: dict[str, _Found], known: dict[str, catalog.Product]) -> None:
    """Names that were taken for other goods, for the next time; those that are another product's go by that."""
    meant = {
        identity: one.key
        for one in goods
        if (identity := identity_in(one.key))
        and one.key in found
        and ((one.by and not one.spelled) or found[one.key].warnings)
    }
    if not meant:
        return
    belongs = catalog.remember({i: found[key].product_id for i, key in meant.items()}, known)
    others = {meant[i]: owner for i, owner in belongs.items() if owner != found[meant[i]].product_id}
    found |= {key: _Found(key, owner) for key, owner in others.items() if not found[key].created}
    known |= catalog.facts(set(others.values()) - known.keys())


def _together(
    goods: Sequence[Goods], found: Mapping[str, _Found], known: Mapping[str, catalog.Product]
) -> tuple[list[Goods], dict[str, _Found]]:
    """Goods that turned out to be one product, as one."""
    by_product: dict[str, list[Goods]] = defaultdict(list)
    for one in goods:
        if one.key in found:
            made = found[one.key]
            product = known.get(made.product_id)
            by_product[product.product_id if product else made.product_id or made.key].append(one)
    joined: dict[str, _Found] = {}
    together: list[Goods] = []
    for group in by_product.values():
        chief = next((g for g in group if found[g.key].created), group[0])
        together.append(chief if len(group) == 1 else Goods.of(chief.key, (d for one in group for d in one.rows)))
        joined[chief.key] = found[chief.key]
    return together, joined


@dataclass(frozen=True, slots=True)
class _Found:
    """The product of some goods: known, made by this job, or (dry run) one that would be made for those of ``key``."""

    key: str
    product_id: str
    created: bool = False
    warnings: Sequence[RowError] = ()
    name: str = ""
    """Of a product that is proposed."""
    likely: Sequence[str] = ()
    """What it may be, the likeliest first; of a product that was made for want of a decision."""


def _products(job: Job, goods: Sequence[Goods], yields: Mapping[str, str]) -> tuple[dict[str, _Found], list[Outcome]]:
    """A product for all goods, by key; and the outcome of rows for which there can be none."""
    found: dict[str, _Found] = {}
    refused: list[Outcome] = []
    asked: dict[str, tuple[Goods, catalog.Proposal, Sequence[RowError]]] = {}
    taken_for_others: list[tuple[Goods, str]] = []
    leaders: dict[str, str] = {}
    elsewhere = {} if job.dry_run else _known_elsewhere(job, goods)
    for one in sorted(goods, key=lambda g: bool(g.by)):
        if product_id := one.product_id or elsewhere.get(one.key):
            found[one.key] = _Found(one.key, product_id)
            continue
        leader = leaders.get(one.by, one.by)
        if leader in found or leader in asked:
            taken_for_others.append((one, leader))
            continue
        if one.by:  # refused: the first that would have gone by them stands for all of them
            leaders[one.by] = one.key
            for row in one.rows:
                row.by = row.why = ""
        proposal, warnings, errors = _proposal(job, one, yields.get(one.key))
        if proposal:
            asked[one.key] = (one, proposal, warnings)
        else:
            refused += [Outcome.failed(d.row, *errors) for d in one.rows]
    if job.dry_run:
        made = catalog.foresee([p for _, p, _ in asked.values()], job.cause(utc_now()))
    else:
        made = catalog.propose([p for _, p, _ in asked.values()], job.cause(utc_now()))
    for (key, (_, proposal, warnings)), product in zip(asked.items(), made, strict=True):
        found[key] = _Found(key, product.product_id, product.created, warnings, proposal.fields.name, _ids(proposal))
    for one, leader in taken_for_others:
        found[one.key] = replace(found[leader], created=False, warnings=(), likely=())
    return found, refused


def _known_elsewhere(job: Job, goods: Iterable[Goods]) -> dict[str, str]:
    """Of goods that are a barcode alone, which the catalog doesn't have, those that Open Food Facts knows, by key.

    They are asked about a few: more a minute would be refused. A dry run, which writes nothing, doesn't ask.
    """
    found: dict[str, str] = {}
    bare = (one for one in goods if not one.product_id and not one.by and one.proposer.row.name is None)
    for one in islice(bare, _ASKED_AT_MOST):
        barcode = next((d.row.barcode for d in one.rows if d.row.barcode), None)
        if barcode is None:
            continue
        try:
            product_id = off_sync.look_up(barcode.printed, job.correlation_id)
        except off_sync.LookupFailed:
            logger.exception("the lookup failed")
            return found
        if product_id:
            found[one.key] = product_id
    return found


def _ids(proposal: catalog.Proposal) -> list[str]:
    return [likely.product_id for likely in proposal.candidates]


def _proposal(
    job: Job, one: Goods, yields_to: str | None
) -> tuple[catalog.Proposal | None, Sequence[RowError], Sequence[RowError]]:
    row = one.proposer.row
    if row.name is None:
        return None, (), [RowError("name", "NAME_MISSING", "", {"kind": "unknown"})]
    facts = apply.product_facts(row, barcode=next((d.row.barcode for d in one.rows if d.row.barcode), None))
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
        # What is typed for an old font is unreadable in any other: a person writes it again before all shops see it.
        verified=of_admin and not any(w.code == "NAME_LEGACY_FONT" for w in row.warnings),
        store_id=job.store_id,
        yields_to=yields_to,
        candidates=[
            catalog.Likely(product_id=product_id, score=score, reasons=reasons)
            for product_id, score, reasons in one.likely
        ],
        seed=(job.job_id, one.key),
        at=job.created_at,
    )
    return proposal, warnings, ()


def _stock(
    job: Job, part: str, goods: Sequence[Goods], found: Mapping[str, _Found], known: Mapping[str, catalog.Product]
) -> dict[str, inventory.Applied]:
    """What the rows make of the store's stock, by key. A load of the shared catalog has no stock."""
    if job.kind == "catalog" or job.store_id is None:
        return {}
    changes: dict[str, inventory.StockChange] = {}
    whose: dict[str, Goods] = {}
    for one in goods:
        product = known.get(found[one.key].product_id)
        rows = [d.row for d in one.kept]
        product_id = product.product_id if product else found[one.key].product_id or one.key
        whose[product_id] = one
        changes[one.key] = inventory.StockChange(
            product_id=product_id,
            product_mrp=product.mrp if product else None,
            label=inventory.label_of(product.names, product.barcode, product.category) if product else None,
            lots=[inventory.LotChange(**apply.lot_facts(row)) for row in rows],
            **apply.item_facts(rows),
        )

    def kept(image: inventory.Image) -> files.Kept:
        one = whose[image.product_id]
        numbers = [d.row_number for d in one.rows]
        return files.Kept(inventory.image_to_json(image), numbers, found[one.key].created)

    def keep(images: Sequence[inventory.Image]) -> None:
        files.save_images(job, part, map(kept, images))

    applied = inventory.apply(
        job.store_id,
        list(changes.values()),
        job_id=job.job_id,
        cause=job.cause(utc_now()),
        dry_run=job.dry_run,
        keep=keep,
        earlier=[inventory.image_from_json(k.image) for k in files.images(job, part)],
        a_second=settings(Pace).writes_a_second,
    )
    return dict(zip(changes, applied, strict=True))


def _may_be(made: _Found, known: Mapping[str, catalog.Product]) -> tuple[RowError, ...]:
    """Of goods that were sent to review: what a person will look at."""
    names = [f"“{known[i].name}”" for i in made.likely if i in known]
    if not made.likely:
        return ()
    words = {"kind": "named", "names": " / ".join(names)} if names else {}
    return (RowError("name", "SENT_TO_REVIEW", "", words),)


def _by_name(decided: Decided, name: str) -> tuple[RowError, ...]:
    """Of goods that were recognised though they are written otherwise: as what, and by what."""
    if not decided.why:
        return ()
    return (RowError("name", "MATCHED_BY_NAME", decided.row.name or "", {"name": name, "why": decided.why}),)


def _name_differs(row: ParsedRow, product: catalog.Product | None) -> tuple[RowError, ...]:
    """Across files the GTIN wins: the row is stocked on the product of its GTIN, and told so."""
    if product is None or row.name is None or row.barcode is None:
        return ()
    theirs = ParsedRow(row.row_number)
    theirs.name, theirs.brand, theirs.net_quantity = product.name, product.brand, product.packed
    if not contradict(row, theirs):
        return ()
    return (RowError("name", "NAME_DIFFERS", row.name, {"name": product.name}),)


def _repeat(decided: Decided, one: Goods) -> RowError:
    last = next(k for k in reversed(one.kept) if k.lot == decided.lot)
    return RowError("", "REPEATED_ROW", "", {"row": last.row_number})


handler = metered(queue_handler(work, partial(work, lost=True)))
