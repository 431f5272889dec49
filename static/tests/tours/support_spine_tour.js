import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

import { patient } from "./patient_steps";

registry.category("web_tour.tours").add("helpdesk_support_points_spine", {
    url: "/odoo/action-sale.action_quotations",
    steps: () => patient([
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Sell to the university",
            trigger: ".o_field_widget[name=partner_id] input",
            run: "edit Tour University",
        },
        {
            trigger: ".ui-autocomplete a:contains(Tour University)",
            run: "click",
        },
        {
            content: "Add a package of points",
            trigger: ".o_field_x2many_list_row_add a:contains(Add a product)",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=product_template_id] input, .o_selected_row .o_field_widget[name=product_id] input",
            run: "edit user support",
        },
        {
            trigger: ".ui-autocomplete a:contains(Support points: user support)",
            run: "click",
        },
        {
            content: "One point is less than the minimum package, and the order says so",
            trigger: ".alert-warning:contains(at least 20 points)",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=product_uom_qty] input",
            run: "edit 20",
        },
        {
            content: "The price of the package without VAT",
            trigger: ".o_form_sheet",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=tax_totals]:contains(600.00)",
        },
        {
            content: "The minimum is met",
            trigger: ".o_form_view:not(:has(.alert-warning:contains(at least 20 points)))",
        },
        {
            trigger: "button[name=action_confirm]:not(.d-none)",
            run: "click",
        },
        {
            content: "The account has been opened",
            trigger: "button[name=action_view_support_contracts]",
            run: "click",
        },
        {
            trigger: ".o_stat_value:contains(20) ~ .o_stat_text:contains(Points Left)",
        },
        {
            content: "Go to the customer's ticket",
            trigger: "button[name=action_view_tickets]",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Nobody can log in) td[name=name]",
            run: "click",
        },
        {
            content: "The balance stands beside the reply box",
            trigger: ".o-mail-Chatter .o_support_balance:contains(20 points left)",
        },
        {
            trigger: ".nav-link[name=timesheets]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=timesheet_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "New time starts with its description",
            trigger: ".o_selected_row .o_field_widget[name=name] :is(input, textarea):focus",
            run: "edit Reset the password",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=unit_amount] input",
            run: "edit 0:20",
        },
        ...stepUtils.saveForm(),
        {
            content: "20 minutes are two started quarters of an hour",
            trigger: ".o-mail-Chatter .o_support_balance:contains(18 points left)",
        },
        {
            trigger: ".o_field_widget[name=timesheet_ids] button[name=action_explain_support_points]",
            run: "click",
        },
        {
            content: "Why 2 points?",
            trigger: ".modal .o_support_explanation:contains(started → 2 points)",
        },
        {
            trigger: ".modal-footer button:contains(Close)",
            run: "click",
        },
        {
            trigger: "body:not(.modal-open) button[name=action_view_support_contract]",
            run: "click",
        },
        {
            trigger: ".o_stat_value:contains(18) ~ .o_stat_text:contains(Points Left)",
        },
        {
            content: "Print the statement",
            trigger: "button[name=action_print_statement]:enabled",
            run: "click",
        },
        {
            trigger: "body:not(.o_ui_blocked) button[name=action_print_statement]:enabled",
        },
        {
            content: "It is kept as a draft, with its closing balance",
            trigger: "button[name=action_view_statements]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row td[name=closing]:contains(18)",
        },
    ]),
});
