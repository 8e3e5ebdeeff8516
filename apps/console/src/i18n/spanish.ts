/** Every word of the page in Spanish. */
import type { Messages } from './english.js'

export const spanish: Messages = {
  languageName: 'Español',
  chooseLanguage: 'Idioma de esta página',
  tagline: 'Hable con el agente y vea adónde va cada milisegundo.',
  skipToConversation: 'Ir a la conversación',

  connection: {
    idle: 'Sin conexión',
    connecting: 'Conectando…',
    ready: 'Conectado',
    reconnecting: 'Reconectando…',
    closed: 'Terminada',
    failed: 'No se pudo conectar',
    offline: 'No hay red; esperando',
    retryIn: seconds => `próximo intento en ${seconds} s`,
  },

  talk: {
    heading: 'Voz',
    start: 'Hablar',
    stop: 'Parar',
    opening: 'Abriendo…',
    hold: 'Mantenga para hablar',
    holding: 'Escuchando',
    pushToTalk: 'Pulsar para hablar',
    pushToTalkHint: 'Mantenga la barra espaciadora o el botón redondo.',
    interrupt: 'Interrumpir',
    interruptHint: 'Hable encima del agente, o pulse Esc, para interrumpirlo.',
    end: 'Terminar',
    you: 'Usted',
    agent: 'Agente',
    levels: 'Volumen de ambas partes en los últimos segundos',
    soundBlocked: 'El navegador silencia esta página. Pulse cualquier tecla o botón para oír al agente.',
  },

  floor: {
    open: 'La palabra está libre',
    user: 'Usted tiene la palabra',
    pause: 'Usted hizo una pausa',
    thinking: 'El agente está pensando',
    agent: 'El agente tiene la palabra',
    overlap: 'Hablan los dos a la vez',
    away: 'No hay nadie en la línea',
  },

  samples: {
    heading: 'Reproducir una grabación',
    hint: 'Una voz humana, en inglés, ocupa el lugar del micrófono.',
    patient: 'Llamada con calma',
    hurried: 'Llamada con prisa, que interrumpe',
    operator: 'Llamada para la operadora',
    attribution: 'Voz: Allison Smith, sonidos de Asterisk, CC BY-SA 3.0.',
    play: title => `Reproducir: ${title}`,
    stop: title => `Parar: ${title}`,
    playing: 'sonando',
    seconds: count => `${count} s`,
  },

  conversation: {
    heading: 'Conversación',
    emptyTitle: 'Aún no se ha dicho nada',
    emptyText:
      'Pulse Hablar y hable, reproduzca una grabación o escriba abajo. El agente responde en voz alta.',
    waiting: 'Conectado. Tiene la palabra.',
    typed: 'escrito',
    interrupted: 'interrumpido',
    unheard: 'no se oyó:',
    interim: 'oyendo',
    type: 'Escribir en vez de hablar',
    placeholder: 'Escriba al agente…',
    send: 'Enviar',
    saidYou: text => `Usted: ${text}`,
    saidAgent: text => `Agente: ${text}`,
    cutShort: text => `Agente, interrumpido después de: ${text}`,
  },

  latency: {
    heading: 'Adónde fue el tiempo',
    empty:
      'Tras la primera respuesta se ve aquí qué pasó entre su última palabra y el primer sonido que oyó.',
    from: 'desde su última palabra hasta el primer sonido de la respuesta',
    reported: 'medido en este altavoz',
    estimated: 'estimado por el servidor',
    stage: 'Etapa',
    start: 'Empieza',
    duration: 'Dura',
    unattributed: 'Sin explicar',
    turns: 'Respuestas, de la más antigua a la última',
    turn: (number, total) => `Respuesta ${number}: ${total}`,
    stages: {
      'last-voice': 'Última palabra',
      endpoint: 'Fin de turno',
      'final-text': 'Texto definitivo',
      context: 'Contexto',
      'first-token': 'Primera palabra',
      'first-clause': 'Primera frase',
      'first-voice': 'Empieza la voz',
      'first-sent': 'Sonido enviado',
      'first-heard': 'Sonido oído',
    },
  },

  gateway: {
    heading: 'En la línea',
    unknown: 'se sabrá al conectar',
    agent: 'Agente',
    language: 'Idioma',
    recogniser: 'Reconocedor',
    voice: 'Voz',
    session: 'Sesión',
    roundTrip: 'Ida y vuelta',
    none: 'ninguno',
    noRecogniser: 'Este servidor no reconoce palabras. Escriba abajo.',
    noRecogniserButBrowser:
      'Este servidor no reconoce palabras. Escriba abajo o deje que este navegador reconozca su voz.',
    noVoice: 'Este servidor no tiene voz: las respuestas aparecen como texto.',
    browserStart: 'Usar el reconocedor de este navegador',
    browserStop: 'Parar el reconocedor de este navegador',
    settings: 'Ajustes',
    spokenLanguage: 'Idioma hablado',
    spokenOwn: 'el del agente',
    token: 'Clave de acceso',
    tokenHint: 'Solo si el servidor la pide. Se guarda hasta que se cierre esta página.',
    nextTime: 'Vale a partir de la próxima conversación.',
  },

  problem: {
    dismiss: 'Cerrar aviso',
    retry: 'Intentar de nuevo',
    cures: {
      'microphone-denied':
        'El micrófono no está permitido aquí. Permítalo junto a la barra de direcciones y pulse Hablar.',
      'microphone-missing':
        'No se encontró ningún micrófono. Conecte uno, reproduzca una grabación o escriba.',
      'microphone-busy': 'Otro programa usa el micrófono. Ciérrelo y pulse Hablar.',
      'microphone-lost': 'Se desconectó el micrófono. Conéctelo y pulse Hablar.',
      'insecure-page':
        'El navegador solo da el micrófono a páginas https y a localhost. Ábrala así o escriba.',
      unsupported:
        'Este navegador no puede llevar el sonido. Use un Chrome, Edge, Firefox o Safari actual; escribir sí funciona.',
      'worklet-failed':
        'No se cargó el programa de audio. Recargue la página; si sigue, recompile la consola en el servidor.',
      'bad-recording': 'No se pudo leer la grabación. Recargue la página e intente de nuevo.',
      'bad-option': 'Un ajuste no es válido. Revise la clave de acceso.',
      'connect-failed': 'El servidor no responde. Compruebe que está en marcha e intente de nuevo.',
      'connection-lost': 'Se perdió la conexión y no se pudo recuperar. Intente de nuevo.',
      refused: 'El servidor cerró la conexión.',
      'not-connected': 'Aún no hay conexión. Pulse Hablar o escriba otra vez.',
      'queue-full': 'Hay demasiado por enviar. Espere a que vuelva la conexión.',
      timeout: 'El servidor no respondió a tiempo. Intente de nuevo.',
      closed: 'La conversación se cerró.',
    },
    unauthenticated: 'Este servidor pide una clave de acceso. Escríbala aquí.',
    browserRecogniser: 'El reconocedor del navegador se detuvo. Quizá necesite red; escribir sí funciona.',
  },
}
