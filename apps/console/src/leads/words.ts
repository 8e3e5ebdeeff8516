/** The words of this page. */
const english = { heading: 'Leads' }

const spanish: typeof english = { heading: 'Leads' }

export const words = { en: english, es: spanish }
