"""Microsoft's own client runs its calls against the server, and understands what it says."""

import base64
import datetime

import pytest
from kiota_abstractions.api_error import APIError
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.attachment_item import AttachmentItem
from msgraph.generated.models.attachment_type import AttachmentType
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.file_attachment import FileAttachment
from msgraph.generated.models.followup_flag import FollowupFlag
from msgraph.generated.models.followup_flag_status import FollowupFlagStatus
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.mail_folder import MailFolder
from msgraph.generated.models.message import Message
from msgraph.generated.models.recipient import Recipient
from msgraph.generated.models.single_value_legacy_extended_property import SingleValueLegacyExtendedProperty
from msgraph.generated.models.subscription import Subscription
from msgraph.generated.users.item.mail_folders.item.messages.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.messages.item.attachments.create_upload_session.create_upload_session_post_request_body import (
    CreateUploadSessionPostRequestBody,
)
from msgraph.generated.users.item.messages.item.copy.copy_post_request_body import CopyPostRequestBody
from msgraph.generated.users.item.messages.item.move.move_post_request_body import MovePostRequestBody
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import SendMailPostRequestBody

from Graph.vendor import configured
from Servers import seed

IMMUTABLE = 'IdType="ImmutableId"'


@pytest.fixture
def filled(box):
    for number in range(25):
        box.add(box.well_known("inbox"), seed.message(number), received=seed.FIRST_DATE + number * 60)
    return box


def to(*addresses):
    return [Recipient(email_address=EmailAddress(address=one)) for one in addresses]


def refused(vendor, call):
    with pytest.raises(APIError) as caught:
        vendor.run(call)
    return caught.value.response_status_code, caught.value.error.code


# Folders

def test_folders_come_change_and_go(vendor, filled):
    folders = vendor.me.mail_folders
    found = vendor.run(folders.get(configured(folders, top=50))).value
    assert [one.display_name for one in found] == [
        "Archive", "Deleted Items", "Drafts", "Inbox", "Junk Email", "Outbox", "Sent Items"]
    inbox = vendor.run(folders.by_mail_folder_id("inbox").get())
    assert (inbox.total_item_count, inbox.unread_item_count) == (25, 25)
    made = vendor.run(folders.post(MailFolder(display_name="Work")))
    child = vendor.run(folders.by_mail_folder_id(made.id).child_folders.post(MailFolder(display_name="Sub")))
    assert child.parent_folder_id == made.id
    assert refused(vendor, folders.post(MailFolder(display_name="work"))) == (409, "ErrorFolderExists")
    assert vendor.run(folders.by_mail_folder_id(made.id).patch(MailFolder(display_name="Done"))).display_name == "Done"
    assert len(vendor.run(folders.by_mail_folder_id(made.id).child_folders.get()).value) == 1
    assert child.id in [one.id for one in vendor.run(folders.delta.get()).value]
    vendor.run(folders.by_mail_folder_id(made.id).delete())
    assert refused(vendor, folders.by_mail_folder_id(child.id).get()) == (404, "ErrorItemNotFound")
    assert refused(vendor, folders.by_mail_folder_id("inbox").delete())[0] == 403


def test_pages_of_folders(vendor, box):
    for number in range(30):
        box.create_folder(f"F{number:02}")
    folders = vendor.me.mail_folders
    page, names = vendor.run(folders.get(configured(folders, top=10))), []
    while True:
        names += [one.display_name for one in page.value]
        if not page.odata_next_link:
            break
        page = vendor.run(folders.with_url(page.odata_next_link).get())
    assert len(names) == len(set(names)) == 37


# Messages

def test_messages_are_listed_filtered_and_got(vendor, filled):
    messages = vendor.me.mail_folders.by_mail_folder_id("inbox").messages
    page = vendor.run(messages.get(configured(messages, top=10, select=["subject", "receivedDateTime"])))
    assert [one.subject for one in page.value] == [seed.subject(number) for number in range(24, 14, -1)]
    assert page.value[0].is_read is None and page.odata_next_link
    found = vendor.run(messages.get(configured(messages, filter="internetMessageId eq '<m7@seed.example>'"))).value
    assert [one.internet_message_id for one in found] == ["<m7@seed.example>"]
    whole = vendor.run(vendor.me.messages.by_message_id(found[0].id).get())
    assert whole.to_recipients[0].email_address.address == "ann@test.example"
    assert whole.body.content_type is BodyType.Html and "<p>" in whole.body.content
    assert whole.received_date_time.timestamp() == seed.FIRST_DATE + 7 * 60
    content = vendor.run(vendor.me.messages.by_message_id(found[0].id).content.get())
    assert content == seed.message(7)
    assert refused(vendor, messages.get(configured(messages, filter="importance eq 'high'")))[0] == 400
    assert refused(vendor, messages.get(configured(messages, select=["colour"])))[0] == 400


def test_flags_categories_and_extended_properties(vendor, filled):
    own = filled.inside(filled.well_known("inbox"))[0]
    message = vendor.me.messages.by_message_id(own.immutable)
    changed = vendor.run(message.patch(Message(
        is_read=True, categories=["Red category"], flag=FollowupFlag(flag_status=FollowupFlagStatus.Flagged),
        single_value_extended_properties=[SingleValueLegacyExtendedProperty(id="Integer 0x1081", value="102")])))
    assert changed.is_read and changed.categories == ["Red category"]
    assert changed.flag.flag_status is FollowupFlagStatus.Flagged
    expand = ["singleValueExtendedProperties($filter=id eq 'Integer 0x1081' or id eq 'Integer 0x0E08')"]
    found = vendor.run(message.get(configured(message, select=["id"], expand=expand)))
    assert {one.id: one.value for one in found.single_value_extended_properties}["Integer 0x1081"] == "102"
    late = configured(message, headers={"If-Match": 'W/"AAAAAAAAQ0s="'})
    assert refused(vendor, message.patch(Message(is_read=False), late)) == (412, "ErrorIrresolvableConflict")
    assert own.read


def test_an_id_stays_only_where_it_was_asked_for(vendor, filled):
    messages = vendor.me.mail_folders.by_mail_folder_id("inbox").messages
    passing = vendor.run(messages.get(configured(messages, top=1))).value[0].id
    lasting = vendor.run(messages.get(configured(messages, prefer=IMMUTABLE, top=1))).value[0].id
    assert passing != lasting
    moved = vendor.run(vendor.me.messages.by_message_id(passing).move.post(MovePostRequestBody(destination_id="archive")))
    assert moved.id != passing
    assert refused(vendor, vendor.me.messages.by_message_id(passing).get()) == (404, "ErrorItemNotFound")
    again = vendor.run(vendor.me.messages.by_message_id(lasting).get(
        configured(vendor.me.messages.by_message_id(lasting), prefer=IMMUTABLE)))
    assert again.id == lasting
    assert again.parent_folder_id == filled.well_known("archive").id


def test_copies_and_removals(vendor, filled):
    first, second, third = filled.inside(filled.well_known("inbox"))[:3]
    copy = vendor.run(vendor.me.messages.by_message_id(first.immutable).copy.post(
        CopyPostRequestBody(destination_id="archive")))
    assert filled.find(copy.id).content.mime == first.content.mime
    vendor.run(vendor.me.messages.by_message_id(second.immutable).delete())
    vendor.run(vendor.me.messages.by_message_id(third.immutable).permanent_delete.post())
    assert refused(vendor, vendor.me.messages.by_message_id(second.immutable).get())[0] == 404
    assert len(filled.inside(filled.well_known("inbox"))) == 23


# Changes

def rounds(vendor, builder, prefer, **query):
    """A whole round: what it said, and its delta link."""
    page, said = vendor.run(builder.get(configured(builder, prefer=prefer, **query))), []
    while True:
        said += page.value
        if page.odata_delta_link:
            return said, page.odata_delta_link
        builder = DeltaRequestBuilder(vendor.adapter, page.odata_next_link)
        page = vendor.run(builder.get(configured(builder, prefer=prefer)))


def test_delta(vendor, filled, graph):
    inbox = filled.well_known("inbox")
    builder = vendor.me.mail_folders.by_mail_folder_id("inbox").messages.delta
    prefer = f"{IMMUTABLE}, odata.maxpagesize=7"
    said, link = rounds(vendor, builder, prefer, select=["subject", "isRead"], orderby=["receivedDateTime desc"])
    assert [one.subject for one in said] == [seed.subject(number) for number in range(24, -1, -1)]
    assert graph.requests("messages/delta") == 4
    again, link = rounds(vendor, DeltaRequestBuilder(vendor.adapter, link), prefer)
    assert again == []
    read, moved, gone, passed = filled.inside(inbox)[:4]
    read.read = True
    filled.touch(read)
    filled.move(moved, filled.well_known("archive"))
    filled.remove(gone)
    filled.move(passed, filled.well_known("archive"))
    filled.move(passed, inbox)
    new = filled.add(inbox, seed.message(90))
    short = filled.add(inbox, seed.message(91))
    filled.remove(short)
    said, link = rounds(vendor, DeltaRequestBuilder(vendor.adapter, link), prefer)
    found = {one.id: one for one in said}
    assert found[read.immutable].is_read and found[read.immutable].subject
    assert found[moved.immutable].additional_data["@removed"] == {"reason": "changed"}
    assert found[gone.immutable].additional_data["@removed"] == {"reason": "deleted"}
    assert "@removed" not in found[passed.immutable].additional_data
    assert new.immutable in found and short.immutable not in found
    graph.expire("ann@test.example")
    late = DeltaRequestBuilder(vendor.adapter, link)
    assert refused(vendor, late.get()) == (410, "syncStateNotFound")
    said, link = rounds(vendor, builder, prefer)
    assert len(said) == 24


def test_delta_takes_no_other_order(vendor, filled):
    builder = vendor.me.mail_folders.by_mail_folder_id("inbox").messages.delta
    assert refused(vendor, builder.get(configured(builder, orderby=["subject"])))[0] == 400


# Sending

def test_a_message_is_sent_and_kept(vendor, graph, box):
    other = graph.mailbox("bob@test.example")
    message = Message(
        subject="Hello", body=ItemBody(content_type=BodyType.Text, content="Hi"), to_recipients=to("bob@test.example"),
        bcc_recipients=to("eve@b.example"))
    vendor.run(vendor.me.send_mail.post(SendMailPostRequestBody(message=message, save_to_sent_items=True)))
    (sender, addresses, _), = graph.outgoing
    assert (sender, addresses) == ("ann@test.example", ["bob@test.example", "eve@b.example"])
    assert [one.content.subject for one in other.inside(other.well_known("inbox"))] == ["Hello"]
    kept, = box.inside(box.well_known("sentitems"))
    assert kept.read and not kept.draft
    assert b"eve@" not in other.inside(other.well_known("inbox"))[0].content.mime


def _post_mime(vendor, path, mime):
    return vendor.run(vendor.http.post(
        vendor.adapter.base_url + path, content=base64.b64encode(mime),
        headers={"Content-Type": "text/plain", "Authorization": "Bearer token-ann@test.example", "Prefer": IMMUTABLE}))


def test_mime_is_sent_as_it_is(vendor, graph, box):
    mime = b"From: ann@test.example\r\nTo: bob@b.example\r\nSubject: x\r\nMessage-ID: <a@b>\r\n\r\nbody\r\n"
    assert _post_mime(vendor, "/me/sendMail", mime).status_code == 202
    assert graph.outgoing == [("ann@test.example", ["bob@b.example"], mime)]
    made = _post_mime(vendor, "/me/messages", mime)
    assert made.status_code == 201 and made.json()["isDraft"]
    vendor.run(vendor.me.messages.by_message_id(made.json()["id"]).send.post())
    assert len(graph.outgoing) == 2
    assert box.find(made.json()["id"]).folder is box.well_known("sentitems")
    assert _post_mime(vendor, "/me/sendMail", b"x" * (4 << 20)).status_code == 413


def test_a_draft_with_small_and_large_attachments(vendor, graph, box):
    draft = vendor.run(vendor.me.messages.post(Message(
        subject="Files", body=ItemBody(content_type=BodyType.Html, content="<p>See.</p>"), to_recipients=to("bob@b.example"))))
    assert draft.is_draft
    item = vendor.me.messages.by_message_id(draft.id)
    small = vendor.run(item.attachments.post(FileAttachment(
        odata_type="#microsoft.graph.fileAttachment", name="a.txt", content_type="text/plain", content_bytes=b"small")))
    assert (small.name, small.size) == ("a.txt", 5)
    content = seed.random.Random(1).randbytes(5_000_000)
    session = vendor.run(item.attachments.create_upload_session.post(CreateUploadSessionPostRequestBody(
        attachment_item=AttachmentItem(attachment_type=AttachmentType.File, name="b.bin", size=len(content)))))
    assert session.next_expected_ranges == ["0-"]
    step, status = 2 << 20, None
    for first in range(0, len(content), step):
        piece = content[first:first + step]
        span = f"bytes {first}-{first + len(piece) - 1}/{len(content)}"
        reply = vendor.run(vendor.http.put(session.upload_url, content=piece, headers={"Content-Range": span}))
        status = reply.status_code
    assert status == 201
    assert [one.name for one in vendor.run(item.attachments.get()).value] == ["a.txt", "b.bin"]
    vendor.run(item.send.post())
    assert base64.b64encode(content)[:60] in graph.outgoing[0][2].replace(b"\r\n", b"")


@pytest.mark.parametrize("prepare, status, code", [
    (lambda box: setattr(box, "blocked", True), 403, "ErrorMessageSubmissionBlocked"),
    (lambda box: setattr(box, "quota_full", True), 507, "ErrorQuotaExceeded"),
    (lambda box: box.may_send_as.clear(), 403, "ErrorSendAsDenied"),
])
def test_what_may_not_be_sent(vendor, graph, box, prepare, status, code):
    prepare(box)
    message = Message(subject="x", to_recipients=to("bob@b.example"))
    assert refused(vendor, vendor.me.send_mail.post(SendMailPostRequestBody(message=message))) == (status, code)
    assert graph.outgoing == []


def test_a_shared_mailbox(vendor, graph):
    other = graph.mailbox("team@test.example")
    other.add(other.well_known("inbox"), seed.message(1))
    messages = vendor.client.users.by_user_id("team@test.example").messages
    assert refused(vendor, messages.get()) == (403, "ErrorAccessDenied")
    graph.shared.add(("ann@test.example", "team@test.example"))
    assert len(vendor.run(messages.get()).value) == 1
    nobody = vendor.client.users.by_user_id("nobody@test.example").messages
    assert refused(vendor, nobody.get()) == (404, "ErrorInvalidUser")


# Subscriptions

def _ends(minutes):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)


def test_subscriptions(vendor, graph):
    graph.validates = False
    wanted = Subscription(
        change_type="created,updated", notification_url="https://crm.example/hook", resource="me/mailFolders('inbox')/messages",
        expiration_date_time=_ends(4230), client_state="s")
    made = vendor.run(vendor.client.subscriptions.post(wanted))
    own = vendor.client.subscriptions.by_subscription_id(made.id)
    assert vendor.run(own.get()).client_state == "s"
    vendor.run(own.patch(Subscription(expiration_date_time=_ends(60))))
    assert refused(vendor, own.patch(Subscription(expiration_date_time=_ends(5000)))) == (400, "ExtensionError")
    vendor.run(own.delete())
    assert refused(vendor, own.get()) == (404, "ResourceNotFound")


# What goes wrong

def test_throttled_the_vendors_client_waits_and_goes_on(vendor, graph, box):
    fault = graph.faults.throttle("GET .*/messages", seconds=1)
    assert vendor.run(vendor.me.messages.get()).value == []
    assert fault.reached == 1 and graph.requests("GET /me/messages") == 2


def test_a_scripted_failure_and_a_refused_token(vendor, graph, box):
    graph.faults.fail("GET .*/messages", 403, "ErrorAccessDenied", "No.")
    assert refused(vendor, vendor.me.messages.get()) == (403, "ErrorAccessDenied")
    graph.who = lambda token: None
    assert refused(vendor, vendor.me.messages.get()) == (401, "InvalidAuthenticationToken")
