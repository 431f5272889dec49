# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).


def post_init_hook(env):
    """Give the shipped products the sales tax of each company that has one already.

    A chart of accounts that is loaded later is caught by ``res.company.write``.
    """
    env["res.company"].search([])._set_support_product_taxes()


def uninstall_hook(env):
    """Drop what the module's tables and records do not take along.

    That is the function behind the ledger's trigger, and the settings kept as parameters.
    """
    env.cr.execute("DROP FUNCTION IF EXISTS support_point_entry_append_only() CASCADE")
    env["ir.config_parameter"].search([("key", "=like", "helpdesk_support_points.%")]).unlink()
