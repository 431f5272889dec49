import { registry } from "@web/core/registry";

import { patient } from "./patient_steps";

/** The customer has 16 points of an earlier package; of these 20, the accountant refunds 5. */
const refundSteps = [
    {
        content: "The invoice of the package leads to its account",
        trigger: ".o_form_view button[name=action_view_support_contracts]",
    },
    {
        content: "Credit it",
        trigger: "button[name=action_reverse]:not(.d-none)",
        run: "click",
    },
    {
        trigger: ".modal .o_field_widget[name=reason] input",
        run: "edit Five points too many",
    },
    {
        trigger: ".modal-footer button[name=refund_moves]",
        run: "click",
    },
    {
        content: "The credit note takes points back, and says so",
        trigger: ".o_field_widget[name=invoice_line_ids] td[name=support_returns_points] input:checked",
    },
    {
        trigger: ".o_field_widget[name=invoice_line_ids] td[name=quantity]",
        run: "click",
    },
    {
        trigger: ".o_selected_row .o_field_widget[name=quantity] input",
        run: "edit 5",
    },
    {
        trigger: ".o_form_sheet",
        run: "click",
    },
    {
        trigger: ".o_field_widget[name=tax_totals]:contains(150.00)",
    },
    {
        trigger: "button[name=action_post]:not(.d-none)",
        run: "click",
    },
    {
        trigger: ".o_statusbar_status button[data-value=posted].o_arrow_button_current",
    },
    {
        content: "See the account",
        trigger: "button[name=action_view_support_contracts]",
        run: "click",
    },
    {
        trigger: ".o_stat_value:contains(31) ~ .o_stat_text:contains(Points Left)",
    },
    {
        content: "The refund stands in the ledger",
        trigger: ".o_field_widget[name=entry_ids] .o_data_row:contains(Refund):contains(-5)",
    },
];

const sellAndInvoiceSteps = [
    {
        content: "Sell the package",
        trigger: "button[name=action_confirm]:not(.d-none)",
        run: "click",
    },
    {
        trigger: "button[name=action_view_support_contracts]",
    },
    {
        content: "Invoice it",
        trigger: "#create_invoice:not(.d-none), button:contains(Create Invoice):not(.d-none)",
        run: "click",
    },
    {
        trigger: ".modal-footer button[name=create_invoices]",
        run: "click",
    },
    {
        content: "The invoice says when the points are expected to be used",
        trigger: ".o_field_widget[name=invoice_line_ids]:contains(Expected period)",
    },
    {
        trigger: "button[name=action_post]:not(.d-none)",
        run: "click",
    },
];

const issueSteps = [
    {
        content: "State the past month",
        trigger: "button[name=action_next_statement]",
        run: "click",
    },
    {
        content: "What was sold and refunded today is not in it",
        trigger: ".o_form_sheet:contains(Draft Statement) .o_field_widget[name=closing]:contains(16)",
    },
    {
        trigger: "button[name=action_issue]:contains(Issue):not(.d-none)",
        run: "click",
    },
    {
        content: "It cannot be undone, so it asks",
        trigger: ".modal:contains(closed for good) .modal-footer .btn-primary",
        run: "click",
    },
    {
        content: "It has a number, and its PDF is kept",
        trigger: ".o_form_sheet h1:contains(ST/)",
    },
    {
        trigger: "button[name=action_open_pdf]:not(.d-none)",
    },
    {
        content: "Go back to the account",
        trigger: ".o_field_widget[name=contract_id] a, .breadcrumb-item:last a",
        run: "click",
    },
    {
        content: "No other month is over",
        trigger: ".o_form_view button[name=action_next_statement]",
        run: "click",
    },
    {
        trigger: ".modal:contains(no past month that is still open)",
    },
    {
        trigger: ".modal-footer .btn-primary",
        run: "click",
    },
    {
        trigger: "body:not(.modal-open) .o_form_view",
    },
];

registry.category("web_tour.tours").add("helpdesk_support_points_month", {
    steps: () => patient([...sellAndInvoiceSteps, ...refundSteps, ...issueSteps]),
});
