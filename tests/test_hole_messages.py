# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .hole_common import HoleCase

MESSAGE = "mail.message"
COMMENT = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}


@tagged("post_install", "-at_install")
class TestHoleMessages(HoleCase):
    """Who reads a ticket may post on it: with a date, recipients and types of their choice."""

    def _posted(self, ticket, text):
        return self.env[MESSAGE].search(
            [("model", "=", ticket._name), ("res_id", "=", ticket.id), ("body", "ilike", text)]
        )

    def _post_by_rpc(self, user, ticket, **values):
        return self._rpc(user, "helpdesk.ticket", "message_post", ticket.ids, **values)

    def test_a_customer_answers(self):
        self._post_by_rpc(self.alice, self.alice_ticket, body="By call", **COMMENT)
        self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "helpdesk.ticket",
                "thread_id": self.alice_ticket.id,
                "post_data": {"body": "By page", "message_type": "comment"},
            },
        )
        for text in ("By call", "By page"):
            with self.subTest(text):
                message = self._posted(self.alice_ticket, text)
                self.assertEqual(message.author_id, self.alice.partner_id)
                self.assertAlmostEqual(
                    message.date, fields.Datetime.now(), delta=timedelta(minutes=1)
                )

    def test_a_customer_chooses_neither_date_nor_recipients_nor_kind(self):
        for name, value in {
            "date": "2001-01-01 00:00:00",
            "outgoing_email_to": "victim@elsewhere.example",
            "partner_ids": self.bob.partner_id.ids,
            "author_id": self.staff.partner_id.id,
            "email_from": "staff@firm.example",
            "message_id": "<forged@firm.example>",
            "reply_to": "evil@elsewhere.example",
            "mail_server_id": 1,
            "email_layout_xmlid": "mail.mail_notification_light",
            "scheduled_date": "2040-01-01 00:00:00",
            "message_type": "auto_comment",
            "force_send": True,
            "incoming_email_to": "x@x.example",
            "subtitles": ["x"],
            "tracking_value_ids": [],
            "create_date": "2001-01-01 00:00:00",
            "attachments": [["a.txt", "x"]],
        }.items():
            with self.subTest(name):
                self._assert_refused(
                    self.alice,
                    "helpdesk.ticket",
                    "message_post",
                    self.alice_ticket.ids,
                    **{"body": "Forged", **COMMENT, name: value},
                )
        self.assertFalse(self._posted(self.alice_ticket, "Forged"))
        self.assertFalse(self.env["mail.mail"].search([("body_html", "ilike", "Forged")]))

    def test_a_customer_does_not_post_on_a_foreign_ticket(self):
        args = (self.alice, "helpdesk.ticket", "message_post", self.bob_ticket.ids)
        self._assert_refused(*args, body="Foreign", **COMMENT)
        self.assertFalse(self._posted(self.bob_ticket, "Foreign"))

    def test_a_customer_sends_no_mail_to_others_in_the_firms_name(self):
        bob = self.bob.partner_id.ids
        ids = self.alice_ticket.ids
        values = {"body": "Phishing", "subject": "Phishing", "partner_ids": bob}
        template = self.env["mail.template"].create(
            {
                "name": "Phishing",
                "model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                "body_html": "<p>Phishing</p>",
            }
        )
        self._assert_refused(self.alice, "helpdesk.ticket", "message_notify", ids, **values)
        for method in ("message_post_with_source", "message_mail_with_source"):
            with self.subTest(method):
                source = "helpdesk_mgmt.closed_ticket_template"
                for value in (source, template.id):
                    args = (self.alice, "helpdesk.ticket", method, ids, value)
                    with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
                        self._rpc(*args, partner_ids=bob)
        self.assertFalse(self.env["mail.mail"].search([("body_html", "ilike", "Phishing")]))

    def test_a_customer_creates_changes_and_deletes_no_message_directly(self):
        self.alice_ticket.message_post(
            body="Answer of staff",
            author_id=self.staff.partner_id.id,
            partner_ids=self.alice.partner_id.ids,
            subtype_xmlid="mail.mt_comment",
        )
        self._post_by_rpc(self.alice, self.alice_ticket, body="Own", **COMMENT)
        values = {
            "model": "helpdesk.ticket",
            "res_id": self.alice_ticket.id,
            "body": "Back-dated",
            "date": "2001-01-01 00:00:00",
            "message_type": "comment",
            "subtype_id": self.env.ref("mail.mt_comment").id,
        }
        self._assert_refused(self.alice, MESSAGE, "create", [values])
        for text in ("Answer of staff", "Own"):
            ids = self._posted(self.alice_ticket, text).ids
            with self.subTest(text):
                self._assert_refused(self.alice, MESSAGE, "write", ids, {"body": "Rewritten"})
                self._assert_refused(self.alice, MESSAGE, "write", ids, {"date": "2001-01-01"})
                self._assert_refused(self.alice, MESSAGE, "unlink", ids)
        self.assertFalse(self._posted(self.alice_ticket, "Back-dated"))
        self.assertFalse(self._posted(self.alice_ticket, "Rewritten"))

    def test_a_customer_corrects_an_own_message_on_the_page(self):
        self._post_by_rpc(self.alice, self.alice_ticket, body="Tpyo", **COMMENT)
        self.make_jsonrpc_request(
            "/mail/message/update_content",
            {
                "message_id": self._posted(self.alice_ticket, "Tpyo").id,
                "update_data": {"body": "Typo", "attachment_ids": []},
            },
        )
        self.assertTrue(self._posted(self.alice_ticket, "Typo"))

    def test_staff_post_as_before(self):
        self._post_by_rpc(
            self.staff,
            self.alice_ticket,
            body="Of staff",
            partner_ids=self.alice.partner_id.ids,
            subtype_xmlid="mail.mt_comment",
            message_type="comment",
        )
        message = self._posted(self.alice_ticket, "Of staff")
        self.assertEqual(message.author_id, self.staff.partner_id)
        self.assertEqual(message.partner_ids, self.alice.partner_id)

    def test_the_context_of_a_post_carries_no_values(self):
        context = {
            "default_date": "2001-01-01 00:00:00",
            "default_outgoing_email_to": "victim@elsewhere.example",
            "default_is_internal": True,
            "mail_post_autofollow": True,
        }
        self._post_by_rpc(self.alice, self.alice_ticket, body="Forged", **COMMENT, context=context)
        post = {"body": "Forged", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "helpdesk.ticket",
                "thread_id": self.alice_ticket.id,
                "post_data": post,
                "context": context,
            },
        )
        messages = self._posted(self.alice_ticket, "Forged")
        self.assertEqual(len(messages), 2)
        for message in messages:
            self.assertGreater(message.date.year, 2001)
            self.assertFalse(message.outgoing_email_to)
            self.assertFalse(message.is_internal)

    def test_a_foreign_file_is_not_sent_to_oneself(self):
        file = self._attach("beta.txt", res_model="helpdesk.ticket", res_id=self.bob_ticket.id)
        args = (self.alice, "helpdesk.ticket", "message_post", self.alice_ticket.ids)
        self._assert_refused(*args, body="Mine", attachment_ids=file.ids, **COMMENT)
        params = {"thread_model": "helpdesk.ticket", "thread_id": self.alice_ticket.id}
        params["post_data"] = {"body": "Mine", "attachment_ids": file.ids, **COMMENT}
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.make_jsonrpc_request("/mail/message/post", params)
        self.assertFalse(self._posted(self.alice_ticket, "Mine"))

    def test_no_search_answers_what_a_note_says(self):
        self.alice_ticket.message_post(body="Internal marker", subtype_xmlid="mail.mt_note")
        for field in ("website_message_ids", "message_ids"):
            with self.subTest(field):
                domain = [(f"{field}.body", "ilike", "Internal marker")]
                self._assert_refused(self.alice, "helpdesk.ticket", "search", domain)

    def test_internal_notes_stay_internal(self):
        self.alice_ticket.message_post(body="Internal marker", subtype_xmlid="mail.mt_note")
        self._login(self.alice)
        fetched = self.make_jsonrpc_request(
            "/mail/chatter_fetch",
            {"thread_model": "helpdesk.ticket", "thread_id": self.alice_ticket.id},
        )
        self.assertNotIn("Internal marker", str(fetched))
        found = self._rpc(self.alice, MESSAGE, "search", [("body", "ilike", "Internal marker")])
        self.assertFalse(found)

    def test_followers_are_not_listed_for_customers(self):
        self._follow(self.alice_ticket, self.alice, self.bob)
        ids = self.alice_ticket.ids
        self._assert_refused(self.alice, "helpdesk.ticket", "message_get_followers", ids)
