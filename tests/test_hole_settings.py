# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import Form, TransactionCase, tagged

from ..tools import mail_sender


@tagged("post_install", "-at_install")
class TestHoleSettings(TransactionCase):
    """What relaxes a strict rule is off until an administrator says otherwise."""

    def _parameter(self, name):
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param(f"helpdesk_support_points.{name}")

    def test_the_defaults_are_strict(self):
        for name in (
            "mail_authserv_id",
            "trust_mail_sender",
            "subscribe_cc",
            "mail_gateway_user_id",
            "ticket_links_without_login",
        ):
            with self.subTest(name):
                self.assertFalse(self._parameter(name))

    def test_the_form_sets_what_the_rules_read(self):
        user = self.env.ref("base.user_admin")
        with Form(self.env["res.config.settings"]) as form:
            form.support_mail_authserv_id = "mx.firm.example"
            form.support_trust_mail_sender = True
            form.support_subscribe_cc = True
            form.support_mail_gateway_user_id = user
            form.support_ticket_links_without_login = True
            form.support_portal_max_files = 3
        form.record.execute()
        tickets = self.env["helpdesk.ticket"]
        self.assertEqual(tickets._get_mail_servers(), ["mx.firm.example"])
        self.assertTrue(tickets._are_links_open())
        self.assertTrue(tickets._is_sender_proven(None))
        self.assertEqual(self._parameter("mail_gateway_user_id"), str(user.id))
        self.assertEqual(self._parameter("portal_max_files"), "3")
        self.assertTrue(self._parameter("subscribe_cc"))

    def test_the_rules_of_this_addon_do_not_touch_those_of_others(self):
        for name in ("helpdesk_ticket_rule_portal", "access_helpdesk_ticket_stage_public"):
            record = self.env.ref(f"helpdesk_mgmt.{name}")
            with self.subTest(name):
                self.assertIn(
                    "child_of" if record._name == "ir.rule" else "True",
                    str(record.domain_force if record._name == "ir.rule" else record.perm_write),
                )

    def test_a_suggestion_shows_on_the_form(self):
        contact = self.env["res.partner"].create({"name": "Zoe", "email": "zoe@zed.example"})
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "x", "description": "x", "partner_email": "Zoe <zoe@zed.example>"}
        )
        with Form(ticket) as form:
            self.assertEqual(form.support_suggested_partner_id, contact)


@tagged("post_install", "-at_install")
class TestHoleVerdict(TransactionCase):
    """tools.mail_sender reads only what is well formed."""

    def test_verdicts(self):
        good = "dmarc=pass header.from=beta.example"
        dkim = "dkim=pass header.d=beta.example"
        for expected, header in (
            (True, f"mx; {good}"),
            (True, f"mx (a (nested) comment) 1 ; x=y; {good} (dmarc=fail)"),
            (True, f"MX; DMARC = PASS header.from = BETA.example; {dkim}"),
            (True, f"mx; dmarc=none header.from=beta.example; {dkim}"),
            (True, "mx; dkim/1=pass header.i=bob@beta.example"),
            (False, f"mx; dmarc=fail header.from=beta.example; {dkim}"),
            (False, f"evil; {good}"),
            (False, f"mx.evil; {good}"),
            (False, f"; {good}"),
            (False, ""),
            (False, "mx; dmarc=pass"),
            (False, "mx; none"),
            (False, "mx; dkim=pass header.d=mail.beta.example"),
            (False, "mx; dkim=pass header.d=eta.example"),
            (False, "mx; dkim=pass header.d=example"),
            (False, "mx; dkim=pass"),
            (False, f"mx; x=({good}"),
            (False, f"mx; x=) {good}"),
            (False, f'mx; x="; {good}'),
            (False, f'mx; x="\\"; {good};"'),
            (False, f"mx; {'(' * 9000} {good}"),
            (False, f"mx; {'x=y ' * 9000}; {good}"),
        ):
            with self.subTest(header[:60]):
                found = mail_sender.is_vouched("beta.example", [header], ["mx"])
                self.assertEqual(found, expected)
        parent = "mx; dkim=pass header.d=beta.example"
        self.assertTrue(mail_sender.is_vouched("sub.beta.example", [parent], ["mx"]))
        self.assertFalse(mail_sender.is_vouched("beta.example", [f"mx; {good}"], []))
