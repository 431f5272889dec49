# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who may do what: the one table that tests/test_access_matrix.py compares with what it observes.

Nothing is imported here. A new model or public method of this addon fails the test until it has a
line; README, 'Who may see what', says how to print what was observed.
"""

# Role → labels of what is theirs: A is of Acme and B of Beta in company 1, 2 is of company 2.
ROLES = {
    "public": "",
    "alice": "A",  # customer of Acme
    "alan": "A",  # a colleague of hers
    "bob": "B",  # customer of Beta
    "fiona": "",  # customer of a faculty that Acme's account covers
    "employee": "AB",  # of company 1, without any group
    "own": "AB",  # helpdesk, personal tickets: ticket A
    "team": "AB",  # helpdesk, team tickets: ticket A
    "all": "AB",  # helpdesk, all tickets
    "manager": "AB",  # helpdesk manager
    "accounting": "AB",
    "invoicing": "AB",
    "sales": "AB",  # salesperson, own documents
    "staff 2": "2",  # manager of helpdesk, sales and accounting in company 2
    "admin": "AB2",
}

PORTAL = ("public", "alice", "alan", "bob", "fiona")
HELPDESK = ("own", "team", "all", "manager", "staff 2", "admin")
MONEY = ("accounting", "invoicing", "sales")
SALES = ("invoicing", "sales", "staff 2", "admin")
MANAGERS = ("manager", "staff 2", "admin")
ISSUERS = (*MANAGERS, "accounting", "invoicing")


def rows(*cells):
    """Return role → cell; later ones win, and who is not named may do nothing ('')."""
    return {role: cell for roles, cell in cells for role in roles}


# A cell says r(ead), w(rite), c(reate), d(elete) what is theirs; 'r@A' names the labels instead.
RIGHTS = {
    "support.tier": rows(
        (HELPDESK + MONEY, "r"),
        (("manager", "admin"), "rwcd"),
        # A is a tier that all companies share.
        (("staff 2",), "rwcd@A2"),
    ),
    "support.level": rows(
        (HELPDESK + MONEY, "r"),
        (("manager", "admin"), "rwcd"),
        (("staff 2",), "rwcd@A2"),
    ),
    "support.guarantee": rows((HELPDESK + MONEY, "r"), (MANAGERS, "rwcd")),
    "support.contract": rows((HELPDESK + MONEY, "r"), (MANAGERS, "rwcd")),
    "support.point.entry": rows((HELPDESK + MONEY, "r")),
    # They name tickets: not for who reads some tickets alone.
    "support.statement": rows(
        (("all", "accounting", "invoicing"), "rwc"), (MANAGERS, "rwcd"), (("sales",), "r")
    ),
    "support.reconciliation": rows((ISSUERS, "r")),
    "helpdesk.ticket": rows(
        (("alice", "alan", "bob"), "r"),
        (("own", "team"), "rwc@A"),
        (("all",), "rwc"),
        (MANAGERS, "rwcd"),
    ),
    "account.analytic.line": rows(
        (("own",), "rwcd@A"),
        (("team",), "rc@A"),
        (("all",), "rc@A rwcd@B"),
        (MANAGERS, "rwcd"),
    ),
    "support.guarantee.run": rows((("all", "manager", "staff 2", "admin"), "r")),
    "support.ticket.pause": rows((("all", "manager", "staff 2", "admin"), "r")),
    "support.level.history": rows((("all", "manager", "staff 2", "admin"), "r")),
    "support.guarantee.report": rows((("all", "manager", "staff 2", "admin"), "r")),
    "support.yearly.closing": rows((("employee", *HELPDESK, *MONEY), "r"), (MANAGERS, "rwcd")),
    "support.closing.day": rows((("employee", *HELPDESK, *MONEY), "r"), (MANAGERS, "rwcd")),
    # Wizards: everybody reads their own alone.
    "support.log.call": rows((HELPDESK, "rwcd")),
    "support.escalate": rows((HELPDESK, "rwcd")),
    "support.balance.on": rows((HELPDESK + MONEY, "rwcd")),
    "support.balance.on.line": rows((HELPDESK + MONEY, "rwcd")),
    "support.closing.review": rows((MANAGERS, "rwcd")),
    "support.closing.review.line": rows((MANAGERS, "rwcd")),
    "support.contract.close": rows((MANAGERS, "rwcd")),
    "support.points.adjust": rows((MANAGERS, "rwcd")),
    "support.opening.import": rows((MANAGERS, "rwcd")),
    "support.opening.import.line": rows((MANAGERS, "rwcd")),
    "support.prepaid.report": rows((ISSUERS, "rwcd")),
    "support.prepaid.report.line": rows((ISSUERS, "rcd")),
    "support.statement.batch": rows((ISSUERS, "rwcd")),
    "support.statement.batch.line": rows((ISSUERS, "rwcd")),
    # Stock, and everybody needs calendars.
    "resource.calendar": rows((("employee", *HELPDESK, *MONEY), "r@AB2")),
    # Not ours, but they name accounts: what others decide about reading holds.
    "res.partner": rows(
        (("alice", "alan", "bob"), "r"),
        (("employee", *HELPDESK, *MONEY), "r@AB"),
    ),
    "sale.order": rows(
        (("alice", "alan", "bob"), "r"),
        (("sales",), "r@A"),
        (("invoicing", "staff 2", "admin"), "r"),
    ),
    "account.move": rows((("invoicing", "admin"), "r@AB")),
}

# Model → what customers read of the fields that this addon adds to it: facts of their own records.
PORTAL_READS = {
    "helpdesk.ticket": {"last_stage_update", "support_level_id", "support_points"},
    "helpdesk.ticket.stage": {"pauses_service_time", "solves_request"},
    # What they ordered and were charged for, and how it is credited: nothing of others.
    "sale.order.line": {
        "support_absorbed_points",
        "support_contract_id",
        "support_credit_on",
        "support_period_from",
        "support_period_to",
        "support_tier_id",
    },
    "account.move.line": {
        "support_absorbed_points",
        "support_contract_id",
        "support_credit_on",
        "support_origin_line_id",
        "support_returns_points",
        "support_tier_id",
    },
}

# Model → method → who may call it: with letters, whoever has these rights to the record; 'staff r'
# excludes customers; 'helpdesk.ticket w' asks for rights to the ticket behind a wizard; 'anyone'
# where it tells nothing; '' for nobody by RPC; else names of roles.
# What takes arguments names them after the method. create, write and unlink are in RIGHTS.
METHODS = {
    "account.analytic.line": {
        "action_book_support_time": "r",
        "action_explain_support_points": "r",
        "action_sell_package": "r",
    },
    "account.move": {
        "action_view_support_contracts": "staff r",
        "button_cancel": ("invoicing", "admin"),
        "button_draft": ("invoicing", "admin"),
    },
    "helpdesk.ticket": {
        "action_escalate": "w",
        "action_set_suggested_customer": "w",
        "action_view_support_contract": "staff r",
        "action_view_support_entries": "staff r",
        "copy": "rc",
        "default_get": "anyone",
        "get_portal_url": "anyone",
        "message_post": "r",
    },
    "mail.thread": {"message_process": ""},
    "res.partner": {"action_view_support_contracts": HELPDESK + MONEY},
    "resource.calendar": {"action_review_closing_days": MANAGERS, "copy": MANAGERS},
    "sale.order": {
        "action_quotation_send": "staff r",
        "action_quotation_sent": "staff r",
        "action_view_support_contracts": "staff r",
    },
    "support.contract": {
        "action_close": "w",
        "action_open": "w",
        "action_ask_close": "w",
        "action_balance_on": "r",
        "action_next_statement": "support.statement c",
        "action_settle_overdraft": "r",
        "action_print_statement": "support.statement r",
        "action_sell_package": "r",
        "action_view_entries": "r",
        "action_view_invoices": SALES,
        "action_view_orders": SALES,
        "action_view_statements": "r",
        "action_view_tickets": "r",
    },
    "support.log.call": {"action_log": "helpdesk.ticket w"},
    "support.escalate": {"action_escalate": "helpdesk.ticket w"},
    "support.point.entry": {"action_open_source": "r"},
    "support.points.adjust": {"action_post": "support.contract w"},
    "support.contract.close": {"action_close": "support.contract w"},
    "support.opening.import": {
        "action_check": "support.contract w",
        "action_download_template": "support.contract w",
        "action_import": "support.contract w",
    },
    "support.prepaid.report": {
        "action_download_xlsx": "support.reconciliation r",
        "action_show": "support.reconciliation r",
    },
    "support.prepaid.report.line": {"action_open_entries": "support.reconciliation r"},
    "support.reconciliation": {
        "action_check": "r",
        "action_open_source": "r",
        "action_repair": "r",
    },
    "support.closing.review": {"action_apply": "support.contract w"},
    "support.statement": {
        "action_download_xlsx": "r",
        "action_issue": ISSUERS,
        "action_open_pdf": "r",
        "action_print": "r",
        "action_view_late_entries": "r",
    },
    "support.statement.batch": {"action_issue": "support.reconciliation r"},
    "support.tier": {"action_view_contracts": "r"},
}
# What is called with arguments.
ARGUMENTS = {
    "default_get": (["name"],),
    "message_process": ("helpdesk.ticket", "From: a@b.example\n\nForged"),
}
# What is called on the model: it takes no ids.
WITHOUT_RECORDS = ("default_get", "message_process")
# Models that stand for an abstract one.
STAND_INS = {"mail.thread": "helpdesk.ticket"}
