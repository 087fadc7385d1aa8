"""Whoever changes, removes or adds something behind the program's back is found out."""

import pytest
from review_history import audited, lived_in, rows_now
from review_scene import box, draw
from sqlalchemy import select, text

from core.errors import StoreDamaged, WorkbenchError
from core.png import encode_mask_png
from core.review.audit import hash_of
from core.review.tables import AuditRow, ProjectRow


def tamper(scene, statement, **values):
    """Change the database as somebody with its password would."""
    with scene.store.create() as session:
        assert session.execute(text(statement), values).rowcount > 0


def refused(scene, noted=""):
    with pytest.raises(StoreDamaged) as caught:
        audited(scene, noted)
    return caught.value.what


def write_anew(scene):
    """Make the chain whole again, as somebody would who knows how it is made."""
    with scene.store.change(scene.project_id) as (session, project):
        number, previous = 0, ""
        log = select(AuditRow).where(AuditRow.project_id == scene.project_id)
        for number, row in enumerate(session.scalars(log.order_by(AuditRow.number)), start=1):
            row.number, row.previous = number, previous
            row.hash = previous = hash_of(row)
        project.audit_count, project.audit_hash = number, previous


def test_a_project_that_nobody_has_touched_holds(any_store):
    scene = lived_in(any_store)
    head = audited(scene)
    log = rows_now(scene).all(AuditRow)
    assert (head.entries, head.hash) == (len(log), log[-1].hash)
    assert head.entries > 20


def test_entries_are_in_utc_and_in_the_order_of_time(scene):
    times = [row.at for row in rows_now(scene).all(AuditRow)]
    assert times == sorted(times)
    assert all(time.endswith("+00:00") for time in times)


def test_a_head_noted_earlier_is_still_in_the_log_when_it_has_grown(scene):
    noted = audited(scene).hash
    scene.owner.change(name="Another name")
    assert audited(scene, noted).hash != noted


@pytest.mark.parametrize(
    "field", ["at", "reader", "action", "subject", "before", "after", "previous", "hash"]
)
def test_a_changed_field_of_an_entry_is_found(scene, field):
    tamper(scene, f"UPDATE audit SET {field} = 'x' WHERE number = 5")
    assert refused(scene) == "Entry 5 of the audit log is not as it was written."


def test_a_removed_entry_is_found(scene):
    tamper(scene, "DELETE FROM audit WHERE number = 5")
    assert refused(scene) == "Entry 5 of the audit log is not as it was written."


def test_an_inserted_entry_is_found(scene):
    last = audited(scene).entries
    columns = "at, reader, action, subject, before, after, previous, hash"
    tamper(
        scene,
        f"INSERT INTO audit (project_id, number, {columns}) "
        f"SELECT project_id, {last + 1}, {columns} FROM audit WHERE number = {last}",
    )
    assert refused(scene) == f"Entry {last + 1} of the audit log is not as it was written."


def test_two_exchanged_entries_are_found(scene):
    for old, new in ((5, 9999), (6, 5), (9999, 6)):
        tamper(scene, f"UPDATE audit SET number = {new} WHERE number = {old}")
    assert refused(scene) == "Entry 5 of the audit log is not as it was written."


def test_a_cut_tail_is_found(scene):
    last = audited(scene).entries
    tamper(scene, "DELETE FROM audit WHERE number > :last", last=last - 3)
    assert refused(scene) == f"Entry {last - 2} of the audit log is not as it was written."


def test_a_tail_that_was_cut_together_with_the_head_contradicts_the_noted_head(scene):
    noted = audited(scene).hash
    last = audited(scene).entries
    # The last entry renamed the project: whoever takes it back takes the name back as well.
    tamper(scene, "DELETE FROM audit WHERE number = :last", last=last)
    tamper(scene, "UPDATE project SET name = 'Livers'")
    write_anew(scene)
    assert audited(scene).entries == last - 1
    assert refused(scene, noted).startswith("The audit log has no entry with the noted hash")


def test_a_log_that_was_written_anew_contradicts_the_noted_head(scene):
    noted = audited(scene).hash
    tamper(scene, "UPDATE audit SET at = '2020-01-01T00:00:00.000000+00:00' WHERE number = 1")
    write_anew(scene)
    audited(scene)
    assert refused(scene, noted) == (
        f"The audit log has no entry with the noted hash {noted[:12]}: it was cut or written anew."
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE edit SET sha256 = (SELECT sha256 FROM edit WHERE revision = 2) WHERE revision = 1",
        "UPDATE edit SET revision = 3 WHERE revision = 2",
        "DELETE FROM edit WHERE revision = 2",
        "UPDATE decision SET verdict = 'accept' WHERE verdict = 'reject'",
        "UPDATE decision SET comment = '' WHERE comment != ''",
        "UPDATE decision SET mask = NULL WHERE verdict = 'reject'",
        "DELETE FROM decision WHERE verdict = 'reject'",
        "UPDATE outcome SET verdict = 'reject'",
        "DELETE FROM outcome",
        "UPDATE pin SET text = 'nothing'",
        "UPDATE label SET phrase = 'pancreas' WHERE reading_id IS NULL AND position = 0",
        "UPDATE label SET phrase = 'pancreas' WHERE reading_id IS NOT NULL",
        "UPDATE label SET threshold = 1 WHERE position = 0",
        "UPDATE item SET frame_sha256 = image WHERE position = 2",
        "UPDATE member SET role = 'owner' WHERE role = 'reader'",
        "DELETE FROM member WHERE role = 'reader'",
        "DELETE FROM assignment",
        "UPDATE reading SET finished_at = NULL",
        "UPDATE reading SET seconds = seconds + 1",
        "UPDATE edit SET reading_id = (SELECT id FROM reading WHERE purpose != 'read')",
        "UPDATE project SET name = 'Kidneys'",
        "UPDATE project SET rules = '{}'",
    ],
)
def test_a_row_that_is_not_what_the_log_says_is_found(scene, statement):
    tamper(scene, statement)
    assert refused(scene).startswith("What is stored is not what the audit log says: ")


def test_an_edit_that_nobody_logged_is_found(scene):
    row = "reading_id, label_id, revision + 1, mask, sha256, at"
    tamper(scene, f"INSERT INTO edit SELECT 'f', {row} FROM edit WHERE revision = 2")
    assert refused(scene).startswith("What is stored is not what the audit log says: label ")


def test_a_changed_file_is_found(scene, tmp_path):
    for name in sorted(rows_now(scene).blobs()):
        file = tmp_path / "blobs" / name[:2] / name
        whole = file.read_bytes()
        file.write_bytes(whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:])
        assert refused(scene) == f"A stored file is not what was stored: {name[:12]}."
        file.unlink()
        assert refused(scene) == f"A stored file is missing: {name[:12]}."
        file.write_bytes(whole)
    audited(scene)


def test_another_mask_put_in_the_place_of_an_edit_is_found(scene):
    other = scene.store.blobs.put(encode_mask_png(box(1, 1)))
    tamper(scene, "UPDATE edit SET mask = :other WHERE revision = 2", other=other)
    assert refused(scene) == f"The mask {other[:12]} has other pixels than were stored."


def test_a_mask_of_another_size_in_the_place_of_an_edit_is_found(scene):
    other = scene.store.blobs.put(encode_mask_png(box(1, 1)[:-1]))
    tamper(scene, "UPDATE edit SET mask = :other WHERE revision = 2", other=other)
    with pytest.raises(WorkbenchError, match="has 40 x 23 pixels"):
        audited(scene)


def test_work_goes_on_after_an_audit(scene):
    audited(scene)
    anna = scene.desk(scene.person("Anna"))
    item = anna.queue()[1].item_id
    draw(anna, anna.open(item), 1, box(3, 3), base=1)
    audited(scene)


def test_the_head_is_kept_with_the_project(scene):
    head = audited(scene)
    project = rows_now(scene).all(ProjectRow)[0]
    assert (project.audit_count, project.audit_hash) == (head.entries, head.hash)
