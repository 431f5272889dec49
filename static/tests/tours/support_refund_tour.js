import { registry } from "@web/core/registry";

/** An accountant refunds a part of a package. A statement can follow as further steps. */
export const refundSteps = [
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
        trigger: ".o_stat_value:contains(15) ~ .o_stat_text:contains(Points Left)",
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

registry.category("web_tour.tours").add("helpdesk_support_points_refund", {
    steps: () => [...sellAndInvoiceSteps, ...refundSteps],
});
