/** The words of this page. */
const english = { heading: 'Calls' }

const spanish: typeof english = { heading: 'Calls' }

export const words = { en: english, es: spanish }
