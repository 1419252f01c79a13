"""Workers that die at their work, and messages that come twice or out of turn. How it ends: test_6_healed.py."""

from __future__ import annotations

from typing import Any

from local.process import wait_until
from tests.e2e import drill as drills
from tests.e2e.drill import Drill
from tests.e2e.live import DONE, PATIENCE, Ear, Live

ROOMS = ("CsvImportUploads", "CsvImportChunks", "CsvImportLinks", "CsvImportPartitions", "CsvImportFinishes")


def test_workers_die_in_the_middle_of_their_work(drill: Drill) -> None:
    assert drill.calm_left["job"]["status"] in DONE
    assert drill.calm_left["job"]["created_products"] > drills.ROWS * 0.8
    assert drill.calm_left["job"]["duplicates_found"] > 0
    assert drill.chunk_died.killed > 0
    assert drill.partition_died.killed > 0


def test_messages_of_a_finished_import_that_come_again_change_nothing(live: Live, drill: Drill) -> None:
    before = live.job_row(drill.calm.job_id), live.shelf(drill.calm.shop.store_id)
    chunks, partitions = _messages(live, drill.calm.job_id)
    live.send("CsvImportFinishes", {"job_id": drill.calm.job_id})
    live.send("CsvImportPartitions", *partitions, *partitions)
    live.send("CsvImportChunks", *chunks, *chunks)
    _worked_off(live)
    assert (live.job_row(drill.calm.job_id), live.shelf(drill.calm.shop.store_id)) == before
    assert drill.calm.left_behind() == drill.calm_left


def test_messages_of_a_running_import_that_come_again_and_out_of_turn_change_nothing(
    live: Live, drill: Drill, ear: Ear
) -> None:
    run = drills.start(live, "Hexwood", drill.source)
    assert wait_until(lambda: live.job_row(run.job_id)["status"] == "processing", PATIENCE, step=0.01)
    chunks, partitions = _messages(live, run.job_id)
    live.send("CsvImportChunks", *reversed(chunks), *chunks)
    live.send("CsvImportUploads", {"job_id": run.job_id})
    assert wait_until(lambda: _done(live, run.job_id, "chunks"), PATIENCE, step=0.01)
    live.send("CsvImportPartitions", *reversed(partitions), *partitions)
    live.send("CsvImportChunks", *chunks)
    assert wait_until(lambda: _done(live, run.job_id, "partitions"), PATIENCE, step=0.01)
    live.send("CsvImportFinishes", {"job_id": run.job_id}, {"job_id": run.job_id})
    run.shop.await_job(run.job_id)
    ear.await_job("ImportCompleted", run.job_id)
    live.settled("NotificationsSubscriptionsInbox")
    assert run.left_behind() == drill.calm_left
    assert len(ear.of_job("ImportCompleted", run.job_id)) == 1


def test_the_same_upload_told_again_makes_no_second_job(live: Live, drill: Drill, ear: Ear) -> None:
    shop, key = drill.calm.shop, f"imports/{drill.calm.shop.store_id}/{drills.FILE}"
    (told,) = ear.events("Object Created", lambda detail: detail["object"]["key"] == key)
    before = live.job_row(drill.calm.job_id)
    live.send("CsvImportUploads", told, told)
    live.settled("CsvImportUploads")
    assert [job["job_id"] for job in shop.jobs(drills.FILE)] == [drill.calm.job_id]
    assert live.job_row(drill.calm.job_id) == before


def test_the_same_file_again_is_another_job_that_changes_nothing(live: Live, drill: Drill) -> None:
    shop, before = drill.calm.shop, live.shelf(drill.calm.shop.store_id)
    again = shop.imported("again.csv", drills.file_of(drill.calm.tongue, drill.source))
    assert again["status"] == "completed"
    assert (again["created_products"], again["failed"]) == (0, 0)
    assert again["duplicates_found"] == drill.calm_left["job"]["duplicates_found"]
    assert live.shelf(shop.store_id) == before


def _messages(live: Live, job_id: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    row = live.job_row(job_id)
    chunks = [{"job_id": job_id, "chunk": n} for n in range(int(row["chunks"]))]
    return chunks, [{"job_id": job_id, "partition": n} for n in range(int(row["partitions"]))]


def _done(live: Live, job_id: str, room: str) -> bool:
    row = live.job_row(job_id)
    return bool(row[f"{room}_done"] == row[room])


def _worked_off(live: Live) -> None:
    """No message waits; those of the killed workers are still hidden, so what is in hand says little."""
    rooms = [url for url in live.queue_urls() if "CsvImport" in url and "dead" not in url.lower()]
    assert len(rooms) >= 4
    assert wait_until(lambda: all(live.depth(room)[0] == 0 for room in rooms), PATIENCE)
    in_hand = sum(live.depth(room)[1] for room in rooms)
    wait_until(lambda: sum(live.depth(room)[1] for room in rooms) < in_hand, 3)
