/** Doors into a conversation as people call them; the name itself where it has no other. */
import type { Language } from '../i18n/language.js'

const names: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {
    'voice-ws': 'Web',
    webrtc: 'WebRTC',
    socketio: 'Socket.IO',
    phone: 'Phone',
    realtime: 'Realtime API',
  },
  es: {
    'voice-ws': 'Web',
    webrtc: 'WebRTC',
    socketio: 'Socket.IO',
    phone: 'Teléfono',
    realtime: 'API Realtime',
  },
}

export function edgeName(edge: string, language: Language): string {
  return names[language][edge] ?? edge
}
