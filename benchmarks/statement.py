# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Statements on screen and on paper, reconciliation and the report of prepaid points."""

import io
import logging

from _bench import Table, interleaved, ms, queries, seconds
from _ledger_data import make_accounts, make_employee, make_entries, make_tickets
from odoo import Command
from odoo.tools import SQL
from odoo.tools.pdf import PdfFileReader

TIME_LINES = 2000
REPORT = "helpdesk_support_points.report_support_statement"


def bench_data(env, table):
    """The data of a statement of 10,000 entries, beside the bare fetch of its rows."""
    contract = make_accounts(env, 1)
    make_entries(env, contract, 10_000, make_tickets(env, contract, 200))
    statement = env["support.statement"].create(
        {"contract_id": contract.id, "date_from": "2024-01-01", "date_to": "2026-01-31"}
    )

    def ours():
        env.invalidate_all()
        return statement._statement_data()

    def bare():
        env.execute_query(
            SQL(
                """SELECT id, date, work_date, kind, points, ticket_id, level_id, expiry_date, name
                     FROM support_point_entry
                    WHERE contract_id = %s AND date BETWEEN '2024-01-01' AND '2026-01-31'
                 ORDER BY date, id""",
                contract.id,
            )
        )

    time_ours, time_bare = interleaved(ours, bare, rounds=9)
    table.add(
        "data of 10,000 entries",
        ms(time_ours),
        f"bare fetch: {ms(time_bare)}",
        time_ours / time_bare,
        "≤ 3 ×",
        3,
    )


def bench_paper(env, table):
    """The PDF of 100 rows, beside a stock order of 100 lines."""
    contract = make_accounts(env, 1)
    tickets = make_tickets(env, contract, 100)
    make_entries(env, contract, 1, None)
    env["support.point.entry"]._post(
        [
            {
                "contract_id": contract.id,
                "kind": "usage",
                "points": -2,
                "work_date": "2025-03-03",
                "ticket_id": ticket.id,
                "level_id": ticket.support_level_id.id,
                "name": ticket.name,
            }
            for ticket in tickets
        ]
    )
    statement = env["support.statement"].create(
        {"contract_id": contract.id, "date_from": "2025-01-01", "date_to": "2025-12-31"}
    )
    product = env["product.product"].create({"name": "Bench", "type": "service"})
    order = env["sale.order"].create(
        {
            "partner_id": contract.partner_id.id,
            "order_line": [
                Command.create({"product_id": product.id, "product_uom_qty": 1})
                for _number in range(100)
            ],
        }
    )
    env.flush_all()
    # wkhtmltopdf says so: it fetches the order's styles from a server, which a shell has not.
    logging.getLogger("odoo.addons.base.models.ir_actions_report").setLevel(logging.ERROR)
    reports = env["ir.actions.report"].with_context(force_report_rendering=True)
    made = {}

    def print_statement():
        made["statement"] = reports._render_qweb_pdf(REPORT, statement.ids)[0]

    def print_order():
        made["order"] = reports._render_qweb_pdf("sale.action_report_saleorder", order.ids)[0]

    time_ours, time_stock = interleaved(print_statement, print_order)
    pdf = made["statement"]
    text = " ".join(page.extract_text() for page in PdfFileReader(io.BytesIO(pdf)).pages)
    table.add(
        "PDF of 100 rows",
        ms(time_ours),
        f"stock order: {ms(time_stock)}",
        time_ours / time_stock,
        "≤ 0.18 × (0.5 s of 2.8 s)",
        0.18,
    )
    table.add(
        "its size",
        f"{len(pdf) / 1024:.0f} KB",
        f"stock order: {len(made['order']) / 1024:.0f} KB",
        len(pdf) / 1024,
        "≤ 150 KB",
        150,
    )
    missing = sum(ticket.number not in text for ticket in tickets)
    table.add("requests that cannot be selected", "", "", missing, "0", 0)
    html = queries(env, lambda: reports._render_qweb_html(REPORT, statement.ids))
    stock = queries(
        env, lambda: reports._render_qweb_html("sale.action_report_saleorder", order.ids)
    )
    table.add("its queries", str(html), f"stock order: {stock}", html, "≤ the order's", stock)


def bench_books(env, table):
    """1,000 accounts with 100,000 entries: prepaid points and reconciliation."""
    make_employee(env)
    contracts = make_accounts(env, 1000)
    make_entries(env, contracts, 100)
    ticket = make_tickets(env, contracts[0])
    work = {"name": "Work", "unit_amount": 0.25, "ticket_id": ticket.id}
    env["account.analytic.line"].create([work] * TIME_LINES)
    report = env["support.prepaid.report"].create({"date_from": "2025-01-01"})
    differences = env["support.reconciliation"]

    def bare():
        env.execute_query(
            SQL(
                """SELECT entry.contract_id, entry.id, entry.date, entry.kind, entry.points,
                          entry.group_key, entry.lot_id, entry.corrects_id, entry.expiry_date,
                          entry.amount, entry.currency_id
                     FROM support_point_entry entry
                     JOIN support_contract contract ON contract.id = entry.contract_id
                    WHERE contract.company_id = %s
                 ORDER BY entry.contract_id, entry.date, entry.id""",
                env.company.id,
            )
        )

    time_ours, time_bare = interleaved(report._line_values, bare)
    table.add(
        "prepaid points of 1,000 accounts",
        ms(time_ours),
        f"bare fetch: {ms(time_bare)}",
        time_ours,
        "≤ 10 s",
        10,
    )
    table.add(
        f"reconciliation of {TIME_LINES:,} time lines",
        ms(seconds(differences._find_differences)),
        "",
        queries(env, differences._find_differences),
        "≤ 20 queries",
        20,
    )


def main(env):
    table = Table("statement")
    env = env(context={**env.context, "tracking_disable": True})
    make_employee(env)
    for bench in (bench_data, bench_paper, bench_books):
        bench(env, table)
        env.cr.rollback()
        env.invalidate_all()
    table.show()


main(env)
