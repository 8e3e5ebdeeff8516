/** The words of this page. */
const english = { heading: 'Analytics' }

const spanish: typeof english = { heading: 'Analytics' }

export const words = { en: english, es: spanish }
