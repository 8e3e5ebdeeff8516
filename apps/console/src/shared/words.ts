/** The words of this page; those of the player are its own. */
const english = {
  heading: 'A shared conversation',
  gone: 'This link is over',
  goneHint: 'It has ended, was revoked, or is not complete. Ask whoever gave it to you for another one.',
  unreachable: 'The gateway does not answer just now.',
  retry: 'Try again',
}

const spanish: typeof english = {
  heading: 'Una conversación compartida',
  gone: 'Este enlace ya no vale',
  goneHint: 'Ha terminado, se revocó o no está completo. Pida otro a quien se lo dio.',
  unreachable: 'El servidor no responde ahora.',
  retry: 'Intentar de nuevo',
}

export const words = { en: english, es: spanish }
