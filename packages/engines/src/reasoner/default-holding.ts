/** What is said while a decision is made, where an agent's file says nothing else. */
export const defaultHolding: Readonly<Record<string, readonly string[]>> = {
  en: [
    'One moment, I want to get this right for you.',
    'Let me check that with someone who knows.',
    'Bear with me for a second, please.',
    'Good question, let me make sure.',
  ],
  es: [
    'Un momento, quiero darle la respuesta correcta.',
    'Permítame consultarlo con quien lo sabe.',
    'Deme un segundo, por favor.',
    'Buena pregunta, déjeme confirmarlo.',
  ],
}
