/** The words of this page. */
const english = { heading: 'Shared' }

const spanish: typeof english = { heading: 'Shared' }

export const words = { en: english, es: spanish }
