/** The words of this page. */
const english = { heading: 'Live' }

const spanish: typeof english = { heading: 'Live' }

export const words = { en: english, es: spanish }
