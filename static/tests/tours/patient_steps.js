/**
 * Let steps wait longer than Odoo's ten seconds, as on a machine that runs several tests at once.
 *
 * @param {Object[]} steps of a tour
 */
export function patient(steps) {
    return steps.map((step) => ({ timeout: 60000, ...step }));
}
