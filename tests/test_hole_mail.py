# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .hole_common import HoleCase

SERVER = "mx.firm.example"
ALIAS = "support@firm.example"


class MailCase(HoleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].search([("name", "=", "firm.example")])
        domain = domain or cls.env["mail.alias.domain"].create({"name": "firm.example"})
        cls.env.company.alias_domain_id = domain
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {"name": "Desk", "alias_name": "support", "alias_domain_id": domain.id}
        )
        cls.count = 0

    def _mail(self, sender, *headers, to=ALIAS, reply_to=None):
        type(self).count += 1
        lines = [
            *headers,
            f"From: {sender}",
            f"To: {to}",
            "Subject: Mailed request",
            f"Message-Id: <hole-{self.count}@elsewhere.example>",
            "Date: Mon, 05 Jan 2026 10:00:00 +0100",
        ]
        if reply_to:
            lines.append(f"In-Reply-To: {reply_to.message_id}")
        return "\n".join([*lines, "", "Text of the mail.", ""])

    def _receive(self, *args, **kwargs):
        """Hand a mail to the gateway as the job that fetches mails does."""
        thread = self.env["mail.thread"].with_user(SUPERUSER_ID)
        thread = thread.with_context(fetchmail_cron_running=True)
        ticket_id = thread.message_process("helpdesk.ticket", self._mail(*args, **kwargs))
        return self.env["helpdesk.ticket"].browse(ticket_id)

    def _vouched(self, sender, *headers, **kwargs):
        domain = sender.rpartition("@")[2].strip(">")
        verdict = f"Authentication-Results: {SERVER}; dmarc=pass header.from={domain}"
        return self._receive(sender, verdict, *headers, **kwargs)


@tagged("post_install", "-at_install")
class TestHoleGatewayCall(MailCase):
    """message_process was callable by anyone: any company, any thread, any sender."""

    def _process(self, user, model="helpdesk.ticket"):
        return user, model, "message_process", model, self._mail("bob@beta.example")

    def test_nobody_hands_in_a_mail_by_rpc(self):
        second = self._create_company("Second firm")
        custom = {"company_id": second.id, "partner_id": self.beta.id, "closed_date": "2020-01-01"}
        admin = new_test_user(self.env, "hole.admin", "base.group_system")
        for user in (self.alice, self.staff, self.manager, admin):
            for model in ("helpdesk.ticket", "mail.thread", "res.partner"):
                args = self._process(user, model)
                with self.subTest(user=user.login, model=model):
                    self._assert_refused(*args, custom_values=custom)
                    self._assert_refused(*args, thread_id=self.bob_ticket.id)
        self.assertFalse(self.env["helpdesk.ticket"].search([("name", "=", "Mailed request")]))
        self.assertFalse(self.bob_ticket.message_ids.filtered(lambda m: m.message_type == "email"))

    def test_the_user_of_a_mail_script_hands_in_a_mail_and_nothing_else(self):
        self._set("mail_gateway_user_id", self.staff.id)
        args = self._process(self.staff)
        self._assert_refused(*args, custom_values={"closed_date": "2020-01-01"})
        self._assert_refused(*args, thread_id=self.bob_ticket.id)
        self._assert_refused(*self._process(self.manager))
        ticket = self.env["helpdesk.ticket"].browse(self._rpc(*args))
        self.assertEqual(ticket.name, "Mailed request")
        self.assertEqual(ticket.team_id, self.team)

    def test_the_parts_of_the_gateway_write_no_more_than_their_caller(self):
        message = {"subject": "x", "body": "x", "from": "x@x.example", "to": "", "cc": ""}
        for values in ({"closed_date": "2020-01-01"}, {"number": "HT1"}, {"access_token": "x"}):
            with self.subTest(**values):
                args = (self.staff, "helpdesk.ticket")
                self._assert_refused(*args, "message_new", message, values)
                ids = self.alice_ticket.ids
                self._assert_refused(*args, "message_update", ids, message, values)
                self._assert_refused(self.alice, "helpdesk.ticket", "message_new", message)

    def test_the_mail_server_still_delivers(self):
        self.assertEqual(self._receive("bob@beta.example").name, "Mailed request")


@tagged("post_install", "-at_install")
class TestHoleSender(MailCase):
    """A forged From: put tickets and messages into another customer's portal."""

    def _assert_triage(self, ticket, text="bob@beta.example"):
        self.assertEqual(ticket.name, "Mailed request")
        self.assertFalse(ticket.partner_id)
        self.assertIn(text, ticket.partner_email)
        self.assertFalse(ticket.message_ids.author_id - self.env.ref("base.partner_root"))
        self.assertFalse(self._rpc(self.bob, "helpdesk.ticket", "search", [("id", "=", ticket.id)]))

    def test_an_unproven_sender_goes_to_triage(self):
        self._assert_triage(self._receive("Bob <bob@beta.example>"))
        self._set("mail_authserv_id", SERVER)
        forged = (
            "Authentication-Results: evil.example; dmarc=pass header.from=beta.example",
            f"Authentication-Results: {SERVER}; dmarc=fail header.from=beta.example",
            f"Authentication-Results: {SERVER}; dmarc=pass header.from=evil.example",
            f"Authentication-Results: {SERVER}; spf=pass smtp.mailfrom=beta.example",
            f"Authentication-Results: {SERVER}; dkim=pass header.d=evil.example",
            f"Authentication-Results: {SERVER}; dkim=fail (dmarc=pass) header.d=beta.example",
            f'Authentication-Results: {SERVER}; spf=pass smtp.mailfrom="; dmarc=pass '
            'header.from=beta.example;"@evil.example',
            f"Authentication-Results: {SERVER}.evil.example; dmarc=pass header.from=beta.example",
            "X-Authentication-Results: x",
        )
        for header in forged:
            with self.subTest(header):
                self._assert_triage(self._receive("Bob <bob@beta.example>", header))

    def test_a_proven_sender_is_the_customer(self):
        self._set("mail_authserv_id", f"other.example, {SERVER}")
        for header in (
            f"{SERVER}; dmarc=pass (p=NONE sp=NONE) header.from=beta.example",
            f"{SERVER} 1; spf=fail; dkim=pass (2048-bit key) header.d=beta.example header.s=x",
            f"{SERVER.upper()}; dkim=fail header.d=x.example; dkim=pass header.i=@beta.example",
        ):
            with self.subTest(header):
                ticket = self._receive("bob@beta.example", f"Authentication-Results: {header}")
                self.assertEqual(ticket.partner_id, self.bob.partner_id)
                self.assertIn(self.bob.partner_id, ticket.message_ids.author_id)

    def test_the_topmost_verdict_of_the_own_server_counts(self):
        self._set("mail_authserv_id", SERVER)
        good = f"Authentication-Results: {SERVER}; dmarc=pass header.from=beta.example"
        bad = f"Authentication-Results: {SERVER}; dmarc=fail header.from=beta.example"
        self._assert_triage(self._receive("bob@beta.example", bad, good))
        self._set("mail_authserv_id", "*")
        nameless = "Authentication-Results: spf=pass smtp.mailfrom=beta.example; dmarc=pass\n"
        nameless += " action=none header.from=beta.example;compauth=pass reason=100"
        self.assertTrue(self._receive("bob@beta.example", nameless, bad).partner_id)
        self._assert_triage(self._receive("bob@beta.example", bad, nameless))

    def test_two_senders_prove_nothing(self):
        self._set("mail_authserv_id", SERVER)
        good = f"Authentication-Results: {SERVER}; dmarc=pass header.from=beta.example"
        ticket = self._receive("bob@beta.example, mallory@evil.example", good)
        self.assertFalse(ticket.partner_id)
        good = f"Authentication-Results: {SERVER}; dmarc=pass header.from=evil.example"
        ticket = self._receive("bob@beta.example", good, "From: mallory@evil.example")
        self.assertFalse(ticket.partner_id)

    def test_a_firm_may_trust_the_sender(self):
        self._set("trust_mail_sender", "True")
        ticket = self._receive("Bob <bob@beta.example>")
        self.assertEqual(ticket.partner_id, self.bob.partner_id)

    def test_staff_take_the_suggested_customer_by_one_click(self):
        ticket = self._receive("Bob <bob@beta.example>")
        ticket.user_id = self.staff
        row = self._rpc(
            self.staff, "helpdesk.ticket", "read", ticket.ids, ["support_suggested_partner_id"]
        )
        self.assertEqual(row[0]["support_suggested_partner_id"][0], self.bob.partner_id.id)
        self._rpc(self.staff, "helpdesk.ticket", "action_set_suggested_customer", ticket.ids)
        self.env.invalidate_all()
        self.assertEqual(ticket.partner_id, self.bob.partner_id)
        self.assertFalse(ticket.support_suggested_partner_id)

    def test_nothing_is_suggested_where_two_customers_share_the_address(self):
        self.alice.email = "bob@beta.example"
        ticket = self._receive("Bob <bob@beta.example>")
        self.assertFalse(ticket.support_suggested_partner_id)
        self._assert_refused(
            self.manager, "helpdesk.ticket", "action_set_suggested_customer", ticket.ids
        )

    def test_the_sender_does_not_choose_the_company(self):
        second = self._create_company("Second firm", self.bob)
        self.bob.company_id = second
        self.team.company_id = False
        self.assertEqual(self._receive("bob@beta.example").company_id, self.env.company)


@tagged("post_install", "-at_install")
class TestHoleTakenAddress(MailCase):
    """A customer took another's address in the portal and got that person's next mail."""

    def setUp(self):
        super().setUp()
        self._set("mail_authserv_id", SERVER)

    def _take_address(self):
        self._login(self.alice)
        self._rpc(self.alice, "res.users", "read", self.alice.ids, ["name"])
        response = self._post(
            "/my/address/submit",
            partner_id=self.alice.partner_id.id,
            address_type="billing",
            use_delivery_as_billing="True",
            name="Alice",
            email="bob@beta.example",
            phone="1",
            street="Street 1",
            city="Town",
            zip="12345",
            country_id=self.env.ref("base.de").id,
            required_fields="name,email",
        )
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.alice.partner_id.email, "bob@beta.example")

    def test_a_mail_from_a_taken_address_goes_to_triage(self):
        self._take_address()
        ticket = self._vouched("bob@beta.example")
        self.assertFalse(ticket.partner_id)
        for user in (self.alice, self.alan, self.bob):
            with self.subTest(user.name):
                found = self._rpc(user, "helpdesk.ticket", "search", [("id", "=", ticket.id)])
                self.assertFalse(found)

    def test_a_firm_that_trusts_senders_still_looks_for_taken_addresses(self):
        self._take_address()
        self._set("trust_mail_sender", "True")
        self.assertFalse(self._receive("bob@beta.example").partner_id)

    def test_an_answer_is_of_the_tickets_own_customer(self):
        self._take_address()
        message = self.bob_ticket.message_post(body="Question", subtype_xmlid="mail.mt_comment")
        self._vouched("bob@beta.example", reply_to=message)
        answer = self.bob_ticket.message_ids.sorted("id")[-1]
        self.assertEqual(answer.author_id, self.bob.partner_id)

    def test_two_contacts_of_one_customer_are_one_customer(self):
        self.alan.email = "alice@acme.example"
        ticket = self._vouched("alice@acme.example")
        self.assertEqual(ticket.commercial_partner_id, self.acme)


@tagged("post_install", "-at_install")
class TestHoleReply(MailCase):
    """Whoever knew a Message-Id answered as anyone; whoever stood in Cc became a reader."""

    def _question(self):
        return self.bob_ticket.message_post(body="Question", subtype_xmlid="mail.mt_comment")

    def _answer(self, receive, sender, **kwargs):
        receive(sender, reply_to=self._question(), **kwargs)
        return self.bob_ticket.message_ids.sorted("id")[-1]

    def test_an_unproven_answer_is_nobodys_but_the_customers(self):
        answer = self._answer(self._receive, "staff@firm.example")
        self.assertIn("Text of the mail", answer.body)
        self.assertFalse(answer.author_id)
        self.assertEqual(answer.email_from, "staff@firm.example")
        self.assertFalse(self._answer(self._receive, "alice@acme.example").author_id)
        bob = self.bob.partner_id
        self.assertEqual(self._answer(self._receive, "bob@beta.example").author_id, bob)

    def test_where_the_server_checks_senders_nobody_is_taken_on_trust(self):
        self._set("mail_authserv_id", SERVER)
        self.assertFalse(self._answer(self._receive, "bob@beta.example").author_id)
        for user in (self.staff, self.bob, self.alice):
            with self.subTest(user.name):
                answer = self._answer(self._vouched, user.email)
                self.assertEqual(answer.author_id, user.partner_id)

    def test_cc_makes_no_reader(self):
        self._set("mail_authserv_id", SERVER)
        cc = "Cc: alice@acme.example, staff@firm.example, robin@beta.example"
        robin = self._create_portal_user("robin", self.beta)
        self._receive("bob@beta.example", cc, reply_to=self._question())
        new = self._vouched("bob@beta.example", cc, to=f"{ALIAS}, alan@acme.example")
        for ticket in (self.bob_ticket, new):
            with self.subTest(ticket.name):
                followers = ticket.message_partner_ids
                self.assertIn(robin.partner_id, followers)
                self.assertIn(self.staff.partner_id, followers)
                self.assertFalse(followers & (self.alice | self.alan).partner_id)
                for user in (self.alice, self.alan):
                    domain = [("id", "=", ticket.id)]
                    self.assertFalse(self._rpc(user, "helpdesk.ticket", "search", domain))
                self.assertIn("alice@acme.example", ticket.email_cc, "staff see who stood there")

    def test_cc_of_a_mail_in_triage_makes_no_reader(self):
        ticket = self._receive("bob@beta.example", "Cc: alice@acme.example, bob@beta.example")
        self.assertFalse(ticket.message_partner_ids & (self.alice | self.bob).partner_id)

    def test_a_firm_may_let_cc_follow(self):
        self._set("subscribe_cc", "True")
        self._receive("bob@beta.example", "Cc: alice@acme.example", reply_to=self._question())
        self.assertIn(self.alice.partner_id, self.bob_ticket.message_partner_ids)

    def test_a_mailed_ticket_is_not_assigned_to_the_customer(self):
        self.env.company.helpdesk_mgmt_ticket_auto_assign = True
        self._set("trust_mail_sender", "True")
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            thread = self.env["mail.thread"].with_user(SUPERUSER_ID)
            mail = self._mail("bob@beta.example", to="nobody@elsewhere.example")
            ticket_id = thread.message_process("helpdesk.ticket", mail)
        self.assertFalse(self.env["helpdesk.ticket"].browse(ticket_id).user_id)
