# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from functools import cache
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..tools.points import InvalidTime, group_key, minutes_from_hours, points_for
from .account_analytic_line import BOOKING_KEYS


class BillingGroup(NamedTuple):
    """What is rounded together: time lines of one account, ticket and perhaps day."""

    contract: models.BaseModel
    ticket: models.BaseModel
    day: object
    lines: models.BaseModel


class AccountAnalyticLine(models.Model):
    """From time to the ledger."""

    _inherit = "account.analytic.line"

    def _support_hours(self):
        """Time of the line in hours; day-encoded time is converted without rounding."""
        self.ensure_one()
        unit = self.product_uom_id
        # Not env.ref, which asks the database on every call.
        hour_id = self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_hour")
        if unit.id in (False, hour_id):
            return self.unit_amount
        hour = unit.browse(hour_id)
        if not unit._has_common_reference(hour):
            return self.unit_amount
        return unit._compute_quantity(self.unit_amount, hour, round=False)

    def _support_minutes(self):
        """Whole minutes of the line; 0 for a time that ``_check_support_time`` refuses."""
        try:
            return minutes_from_hours(self._support_hours())
        except InvalidTime:
            return 0

    def _paying_contract(self):
        """Return the account that pays, as superuser; for a new line the one that will."""
        self.ensure_one()
        contract = self.support_contract_id.sudo()
        ticket = self.ticket_id.sudo()
        if contract or self.id:
            return contract
        level = self.support_level_id.sudo() or ticket.support_level_id
        ticket_contract = ticket.support_contract_id
        return ticket_contract if ticket_contract._pays_for(ticket, level.tier_id) else contract

    def _billed_minutes(self):
        """Sum of the whole minutes of these lines that are billable."""
        return sum(line._support_minutes() for line in self if line.support_billable)

    @api.depends(*sorted(BOOKING_KEYS))
    def _compute_support_points(self):
        together = self.browse()
        for line in self:
            contract = line._paying_contract()
            if not (contract and line.support_billable):
                line.support_points = 0
            elif contract.rounding_scope == "entry" or not line.id:
                line.support_points = points_for(
                    line._support_minutes(), contract.minutes_per_point
                )
            else:
                together |= line
        groups = together.sudo()._billing_groups()
        for group in self._complete_groups(groups).values():
            minutes = points = 0
            for line in group.lines.sorted(lambda line: (line.date, line.id)):
                minutes += line._billed_minutes()
                total = points_for(minutes, group.contract.minutes_per_point)
                if line in together:
                    together.browse(line.id).support_points = total - points
                points = total

    def _billing_groups(self):
        """Group these lines by what is rounded together.

        :return: dict of group key → ``BillingGroup`` with the lines of ``self`` in it
        """
        groups = {}
        for line in self.sudo().filtered("support_contract_id"):
            contract, ticket = line.support_contract_id, line.ticket_id
            key = group_key(
                contract.rounding_scope,
                line_id=line.id,
                ticket_id=ticket.id,
                contract_id=contract.id,
                day=line.date,
            )
            lines = groups[key].lines | line if key in groups else line
            groups[key] = BillingGroup(contract, ticket, line.date, lines)
        return groups

    @api.model
    def _complete_groups(self, groups):
        """Return the groups with all their lines: those wider than a line read their siblings."""
        wide = {
            key: group for key, group in groups.items() if group.contract.rounding_scope != "entry"
        }
        if not wide:
            return groups
        siblings = self.sudo().search(
            [
                ("ticket_id", "in", [group.ticket.id for group in wide.values()]),
                ("support_contract_id", "in", [group.contract.id for group in wide.values()]),
            ]
        )
        complete = siblings._billing_groups()
        return {
            key: group._replace(lines=complete[key].lines if key in complete else self.browse())
            if key in wide
            else group
            for key, group in groups.items()
        }

    def _sync_ledger(self, before):
        """Bring every billing group that these lines touch in line with the ledger.

        The one way in which usage is posted: per group ``target = points(minutes)``, posted is
        what its entries say, and one entry posts the difference. Calling it again does nothing.
        It runs as superuser, because under record rules a user may see only their own lines and
        sums would be wrong; the user's right on the lines was checked by the ORM.

        :param dict before: the groups of the lines before their change (``_billing_groups``)
        """
        changed = self.sudo()
        now = changed._billing_groups()
        gone = {key: group._replace(lines=self.browse()) for key, group in before.items()}
        groups = {**gone, **now}
        if not groups:
            return
        contracts = self.env["support.contract"].union(
            *(group.contract for group in groups.values())
        )
        last_expiries = contracts._lock_for_posting()
        self._guard_wide_groups(groups)
        groups = changed._complete_groups(groups)
        entries = self.env["support.point.entry"].sudo()
        posted = entries._posted_by_group(groups)
        changed_ids, entry_text = set(self.ids), cache(self._entry_text)
        vals_list = []
        for key, group in groups.items():
            target = points_for(group.lines._billed_minutes(), group.contract.minutes_per_point)
            points, _amount, revision, last_id = posted.get(key, (0, 0, 0, False))
            if difference := -target - points:
                vals_list.append(
                    {
                        **self._usage_values(group, entries.browse(last_id), changed_ids),
                        "name": entry_text(group.contract, group.ticket, bool(last_id)),
                        "points": difference,
                        "group_key": key,
                        "revision": revision,
                    }
                )
        contracts._post_usage(vals_list, last_expiries)
        siblings = self.browse().union(
            *(g.lines for g in groups.values() if g.contract.rounding_scope != "entry")
        )
        self.env.add_to_compute(self._fields["support_points"], siblings)

    @api.model
    def _guard_wide_groups(self, groups):
        """Write the ticket's guard before time that is rounded together is summed up.

        Two bookers on one ticket would otherwise both see the sum without the other's line.
        """
        tickets = {
            group.ticket.id for group in groups.values() if group.contract.rounding_scope != "entry"
        }
        if tickets:
            self.env.cr.execute(
                SQL(
                    """UPDATE helpdesk_ticket
                          SET support_rounding_guard = COALESCE(support_rounding_guard, 0) + 1
                        WHERE id IN %s""",
                    tuple(tickets),
                )
            )

    @api.model
    def _usage_values(self, group, last_entry, changed_ids):
        """Values of a usage entry, or of the correction of what ``last_entry`` posted.

        :param changed_ids: set of the ids of the lines whose change is posted
        """
        changed = group.lines.filtered(lambda line: line.id in changed_ids)
        cause = (changed or group.lines)[-1:]
        return {
            "contract_id": group.contract.id,
            "kind": "correction" if last_entry else "usage",
            "work_date": cause.date or last_entry.work_date,
            "ticket_id": group.ticket.id,
            "level_id": (cause.support_level_id or last_entry.level_id).id,
            "timesheet_id": cause.id,
            "corrects_id": last_entry.id,
        }

    @api.model
    def _entry_text(self, contract, ticket, is_correction):
        """Text of an entry in the customer's language.

        It is the ticket's, not the time entry's, which may hold internal words. An account that
        the ticket does not belong to (any more) gets no title: it is another customer's.
        """
        env = contract.with_context(lang=contract.partner_id.lang).env
        text = env._("Correction") if is_correction else ""
        if contract._covers(ticket.commercial_partner_id):
            text = ": ".join(filter(None, [text, ticket.display_name]))
        return text or env._("Support")
