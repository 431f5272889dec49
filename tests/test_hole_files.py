# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
from urllib.parse import unquote

from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .hole_common import HoleCase


@tagged("post_install", "-at_install")
class TestHoleFiles(HoleCase):
    """The ticket page linked files of internal notes, with a token that opens them to anyone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.public = cls._send("public.txt", "mail.mt_comment")
        cls.internal = cls._send("internal.txt", "mail.mt_note")
        cls.loose = cls._upload(cls.staff, "loose.txt")
        cls.own = cls._upload(cls.alice, "own.txt")

    @classmethod
    def _send(cls, name, subtype):
        message = cls.alice_ticket.with_user(cls.staff).message_post(
            body=name,
            attachments=[(name, f"content of {name}".encode())],
            subtype_xmlid=subtype,
            message_type="comment",
        )
        return message.attachment_ids

    @classmethod
    def _upload(cls, user, name):
        values = {"name": name, "raw": f"content of {name}".encode()}
        where = {"res_model": "helpdesk.ticket", "res_id": cls.alice_ticket.id}
        return cls.env["ir.attachment"].with_user(user).sudo().create({**values, **where})

    def _page(self, user=None):
        self._login(user or self.alice)
        return self.url_open(f"/my/ticket/{self.alice_ticket.id}").text

    def _contents(self, page):
        """What an anonymous visitor gets from the links of the page."""
        links = re.findall(r'href="(/web/content/[^"]+)"', page)
        self.authenticate(None, None)
        return [self.url_open(unquote(link).replace("&amp;", "&")).text for link in links]

    def test_the_page_links_what_the_customer_may_have(self):
        page = self._page()
        for name in ("public.txt", "own.txt"):
            with self.subTest(name):
                self.assertIn(name, page)
        for name in ("internal.txt", "loose.txt"):
            with self.subTest(name):
                self.assertNotIn(name, page)
        contents = self._contents(page)
        self.assertCountEqual(contents, ["content of public.txt", "content of own.txt"])

    def test_no_link_of_the_page_is_permanent(self):
        self._page()
        self.env.invalidate_all()
        files = self.public | self.internal | self.loose | self.own
        self.assertEqual(files.sudo().mapped("access_token"), [False] * 4)

    def test_a_note_that_is_deleted_does_not_open_its_file(self):
        self.internal.sudo().env["mail.message"].search(
            [("attachment_ids", "in", self.internal.ids)]
        ).unlink()
        self.assertNotIn("internal.txt", self._page())

    def test_nobody_gets_a_file_by_its_number(self):
        for user in (self.alice, self.bob):
            self._login(user)
            for file in (self.internal, self.loose):
                for url in (f"/web/content/{file.id}", f"/web/image/{file.id}"):
                    with self.subTest(user=user.name, url=url):
                        answer = self.url_open(url)
                        self.assertNotIn("content of", answer.text)
        self._assert_refused(self.alice, "ir.attachment", "read", self.internal.ids, ["raw"])

    def test_the_conversation_does_not_name_it_either(self):
        self._login(self.alice)
        fetched = self.make_jsonrpc_request(
            "/mail/chatter_fetch",
            {"thread_model": "helpdesk.ticket", "thread_id": self.alice_ticket.id},
        )
        self.assertIn("public.txt", str(fetched))
        self.assertNotIn("internal.txt", str(fetched))

    def test_tokens_that_the_old_page_gave_away_are_revoked(self):
        (self.internal | self.own).sudo().generate_access_token()
        ticket_token = self.alice_ticket.sudo()._portal_ensure_token()
        self.env["helpdesk.ticket"]._revoke_portal_tokens()
        self.env.invalidate_all()
        self.assertFalse(self.internal.sudo().access_token)
        self.assertNotEqual(self.alice_ticket.sudo()._portal_ensure_token(), ticket_token)


@tagged("post_install", "-at_install")
class TestHoleToken(HoleCase):
    """A permanent token in paths, pages and the API let anyone read, and post as the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.token = cls.alice_ticket.sudo()._portal_ensure_token()
        cls.path = f"/my/ticket/{cls.alice_ticket.id}"

    def _post_as(self, **access):
        params = {
            "thread_model": "helpdesk.ticket",
            "thread_id": self.alice_ticket.id,
            "post_data": {"body": "Anonymous", "message_type": "comment"},
            **access,
        }
        with mute_logger("odoo.http"):
            try:
                self.make_jsonrpc_request("/mail/message/post", params)
            except JsonRpcException:
                return self.env["mail.message"]
        return self.env["mail.message"].search([("body", "ilike", "Anonymous")])

    def test_neither_customer_nor_staff_read_or_write_it(self):
        ids = self.alice_ticket.ids
        for user in (self.alice, self.staff, self.manager):
            with self.subTest(user.login):
                args = (user, "helpdesk.ticket")
                self._assert_refused(*args, "read", ids, ["access_token"])
                self._assert_refused(*args, "search", [("access_token", "=like", "a%")])
                self._assert_refused(*args, "write", ids, {"access_token": "chosen"})
                self.assertNotIn("access_token", self._rpc(*args, "fields_get"))
                self.assertNotIn(self.token, str(self._rpc(*args, "get_portal_url", ids)))
        self._assert_refused(
            self.staff,
            "helpdesk.ticket",
            "create",
            [{"name": "x", "description": "x", "access_token": "chosen"}],
        )

    def test_no_page_shows_it(self):
        self._login(self.alice)
        view = f"/mail/view?model=helpdesk.ticket&res_id={self.alice_ticket.id}"
        for url in (self.path, "/my/tickets", view):
            with self.subTest(url):
                response = self.url_open(url)
                self.assertIn("Acme cannot log in", response.text)
                self.assertFalse(self.token in response.text + response.url)

    def test_a_link_with_a_token_asks_for_the_login(self):
        self.authenticate(None, None)
        paths = (self.path, f"{self.path}?access_token={self.token}")
        view = f"/mail/view?model=helpdesk.ticket&res_id={self.alice_ticket.id}"
        for path in (*paths, f"{self.path}/{self.token}", f"{view}&access_token={self.token}"):
            with self.subTest(path):
                response = self.url_open(path)
                self.assertNotIn("Acme cannot log in", response.text)
        url = self.url_open(self.path).url
        self.assertIn(f"/web/login?redirect=%2Fmy%2Fticket%2F{self.alice_ticket.id}", url)

    def test_a_token_does_not_open_a_ticket_to_another_customer(self):
        self._login(self.bob)
        for path in (f"{self.path}?access_token={self.token}", f"{self.path}/{self.token}"):
            with self.subTest(path):
                self.assertNotIn("Acme cannot log in", self.url_open(path).text)

    def test_nobody_posts_as_the_customer_without_a_login(self):
        self.authenticate(None, None)
        pid = self.alice.partner_id.id
        signed = {"hash": self.alice_ticket.sudo()._sign_token(pid), "pid": pid}
        for access in ({"token": self.token}, signed):
            with self.subTest(keys=sorted(access)):
                self.assertFalse(self._post_as(**access))

    def test_mails_link_behind_the_login(self):
        message = self.alice_ticket.with_user(self.staff).message_post(
            body="Answer",
            partner_ids=self.alice.partner_id.ids,
            subtype_xmlid="mail.mt_comment",
            message_type="comment",
        )
        bodies = message.sudo().mail_ids.mapped("body_html")
        self.assertTrue(bodies)
        for body in bodies:
            self.assertIn("/mail/view?", body)
            for secret in (self.token, "access_token=", "hash=", "pid="):
                self.assertNotIn(secret, body)

    def test_a_firm_may_open_its_mail_links_without_login(self):
        self._set("ticket_links_without_login", "True")
        message = self.alice_ticket.with_user(self.staff).message_post(
            body="Answer", partner_ids=self.alice.partner_id.ids, subtype_xmlid="mail.mt_comment"
        )
        self.assertIn(self.token, "".join(message.sudo().mail_ids.mapped("body_html")))
        self.authenticate(None, None)
        page = self.url_open(f"{self.path}?access_token={self.token}").text
        self.assertIn("Acme cannot log in", page)
        self.assertEqual(self._post_as(token=self.token).author_id, self.alice.partner_id)

    def test_an_open_link_shows_no_more_than_the_page(self):
        self._set("ticket_links_without_login", "True")
        note = self.alice_ticket.with_user(self.staff).message_post(
            body="Note", attachments=[("internal.txt", b"x")], message_type="comment"
        )
        self.assertTrue(note.attachment_ids)
        self.authenticate(None, None)
        params = {
            "thread_model": "helpdesk.ticket",
            "thread_id": self.alice_ticket.id,
            "request_list": ["attachments", "followers", "suggestedRecipients", "activities"],
            "access_params": {"token": self.token},
        }
        params = {"fetch_params": [["mail.thread", params]]}
        found = str(self.make_jsonrpc_request("/mail/data", params))
        self.assertIn("hasReadAccess", found)
        for secret in ("internal.txt", "staff@firm.example", self.staff.name):
            with self.subTest(secret):
                self.assertNotIn(secret, found)

    def test_staff_share_a_link_without_a_token(self):
        self.manager.group_ids += self.env.ref("base.group_partner_manager")
        wizard = (
            self.env["portal.share"]
            .with_user(self.manager)
            .create({"res_model": "helpdesk.ticket", "res_id": self.alice_ticket.id})
        )
        self.assertNotIn(self.token, wizard.share_link)
        url = self.alice_ticket._get_share_url(redirect=True, pid=self.bob.partner_id.id)
        self.assertNotIn("hash=", url)
