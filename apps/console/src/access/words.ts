/** The words of this page. */
const english = { heading: 'Access' }

const spanish: typeof english = { heading: 'Access' }

export const words = { en: english, es: spanish }
