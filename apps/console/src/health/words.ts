/** The words of this page. */
const english = { heading: 'Health' }

const spanish: typeof english = { heading: 'Health' }

export const words = { en: english, es: spanish }
