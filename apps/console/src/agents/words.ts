/** The words of this page. */
const english = { heading: 'Agents' }

const spanish: typeof english = { heading: 'Agents' }

export const words = { en: english, es: spanish }
