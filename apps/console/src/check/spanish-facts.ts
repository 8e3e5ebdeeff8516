import { type Facts, yes } from './facts.js'

export const spanishFacts: Facts = {
  'needs-another': () => ({ says: 'Omitido: lo que necesita no funcionó.' }),
  unexpected: ({ message }) => ({
    says: `Falló de forma imprevista: ${message}`,
    cure: 'Copie el informe y pregunte a quien administra la pasarela.',
  }),
  'page-good': () => ({
    says: 'Página segura, y el navegador tiene lo necesario.',
  }),
  'page-insecure': () => ({
    says: 'La página no es segura.',
    cure: 'Ábrala por https o en localhost; en otro caso el navegador no da el micrófono.',
  }),
  'page-lacks': ({ missing }) => ({
    says: `Al navegador le falta ${missing}.`,
    cure: 'Use una versión actual de Chrome, Edge, Firefox o Safari.',
  }),
  'gateway-good': ({ ms }) => ({ says: `La pasarela responde en ${ms} ms.` }),
  'gateway-status': ({ status }) => ({
    says: `La pasarela responde con HTTP ${status}.`,
    cure: 'Mire su registro, o el proxy que está delante.',
  }),
  'gateway-silent': () => ({
    says: 'La pasarela no responde.',
    cure: 'Compruebe que está en marcha y que la red llega a ella.',
  }),
  'health-good': ({ checked }) => ({ says: `Se encuentra bien: ${checked}.` }),
  'health-ill': ({ ill, error }) => ({
    says: `No está bien: ${ill}.${error ? ` ${error}` : ''}`,
    cure: 'Ejecute parley doctor en la pasarela; dice por qué.',
  }),
  'health-unknown': () => ({ says: 'No dice cómo está.' }),
  'token-none': () => ({ says: 'Esta pasarela no pide ninguno.' }),
  'token-good': () => ({ says: 'El token es válido y permite hablar.' }),
  'token-needed': () => ({
    says: 'La pasarela pide un token.',
    cure: 'Póngalo en los ajustes de la página Hablar; parley token create crea uno.',
  }),
  'token-refused': () => ({
    says: 'El token no se acepta.',
    cure: 'Puede haber caducado o ser de otra pasarela. Pida uno nuevo.',
  }),
  'token-lacks': () => ({ says: 'El token no permite hablar.', cure: 'Necesita el permiso talk.' }),
  'token-status': ({ status }) => ({
    says: `La pasarela responde con HTTP ${status}.`,
    cure: 'Espere un momento e inténtelo de nuevo.',
  }),
  'websocket-good': ({ ms }) => ({ says: `Se abre en ${ms} ms.` }),
  'websocket-late': () => ({
    says: 'No se abre a tiempo.',
    cure: 'Un proxy intermedio quizá no deja pasar WebSockets; debe reenviar Upgrade y Connection.',
  }),
  'websocket-refused': () => ({
    says: 'Se rechaza.',
    cure: 'Compruebe CORS_ORIGINS, los límites de conexiones y que el proxy reenvía Upgrade.',
  }),
  'socketio-good': ({ ms, jitterMs, mostMs }) => ({
    says: `Ida y vuelta ${ms} ms, variación ${jitterMs} ms, como mucho ${mostMs} ms.`,
  }),
  'socketio-slow': ({ ms, jitterMs }) => ({
    says: `Funciona, pero la ida y vuelta tarda ${ms} ms (variación ${jitterMs} ms).`,
    cure: 'Se hablará a la vez. Use otra red, o una pasarela más cercana.',
  }),
  'socketio-late': () => ({
    says: 'Sin respuesta a tiempo.',
    cure: 'Compruebe que el proxy deja pasar /socket.io/.',
  }),
  'socketio-refused': ({ message }) => ({
    says: `Se rechaza. ${message}`,
    cure: 'Compruebe que el proxy deja pasar /socket.io/.',
  }),
  'addresses-good': ({ host, serverReflexive, relay }) => ({
    says: `Propia ${yes(host)}, vista desde fuera (STUN) ${yes(serverReflexive)}, retransmisión (TURN) ${yes(relay)}.`,
  }),
  'addresses-own': ({ host }) => ({
    says: `Propia ${yes(host)}. La pasarela no nombra servidores STUN ni TURN; no hacen falta donde se llega a sus puertos UDP.`,
  }),
  'addresses-none': () => ({
    says: 'El navegador no encuentra dirección para UDP.',
    cure: 'Una política o una extensión del navegador aparta WebRTC de la red.',
  }),
  'addresses-stun-silent': () => ({
    says: 'El servidor STUN no responde.',
    cure: 'UDP está bloqueado o el servidor no funciona. Añada un servidor TURN por TLS (turns:…:443).',
  }),
  'addresses-turn-silent': ({ url }) => ({
    says: `El servidor TURN no retransmite: ${url}.`,
    cure: 'No funciona, o el camino está bloqueado. Pruebe turns: en el puerto 443.',
  }),
  'addresses-turn-password': ({ url }) => ({
    says: `El servidor TURN rechaza la contraseña: ${url}.`,
    cure: 'PARLEY_TURN_SECRET debe ser su static-auth-secret, y su reloj debe estar en hora.',
  }),
  'webrtc-good': ({ ms, local, protocol }) => ({ says: `Establecida en ${ms} ms (${local}, ${protocol}).` }),
  'webrtc-relayed': ({ ms, protocol }) => ({
    says: `Establecida en ${ms} ms, a través de TURN (${protocol}).`,
  }),
  'webrtc-blocked': ({ seconds }) => ({
    says: `UDP está bloqueado: sin camino a la pasarela en ${seconds} s. Las conversaciones siguen por WebSocket.`,
    cure: 'Abra los puertos UDP de la pasarela (PARLEY_WEBRTC_PORTS), diga bajo qué dirección se llega a ella (PARLEY_WEBRTC_ADDRESS) o añada un servidor TURN.',
  }),
  'webrtc-blocked-with-turn': ({ seconds }) => ({
    says: `UDP está bloqueado: sin camino a la pasarela en ${seconds} s, tampoco por TURN. Las conversaciones siguen por WebSocket.`,
    cure: 'El servidor TURN debe llegar a los puertos UDP de la pasarela.',
  }),
  'webrtc-unsealed': () => ({ says: 'No se ofrece: esta pasarela solo acepta WebSockets cifrados.' }),
  'webrtc-refused': ({ code, message }) => ({
    says: `La pasarela lo rechaza (${code}): ${message}`,
    cure: 'Las conversaciones siguen por WebSocket. parley doctor dice si WebRTC está instalado.',
  }),
  'webrtc-unanswered': () => ({
    says: 'La oferta no tuvo respuesta.',
    cure: 'Compruebe que el proxy deja pasar POST /v1/webrtc.',
  }),
  'line-good': ({ rttMs, jitterMs, lossPercent }) => ({
    says: `Ida y vuelta ${rttMs} ms, variación ${jitterMs} ms, ${lossPercent} % perdido.`,
  }),
  'line-lossy': ({ rttMs, lossPercent }) => ({
    says: `Se pierde el ${lossPercent} % de los paquetes (ida y vuelta ${rttMs} ms).`,
    cure: 'Hasta una décima parte se repara; más cerca del rúter, o por cable, se pierde menos.',
  }),
  'line-jittery': ({ jitterMs }) => ({
    says: `Los paquetes llegan de forma irregular (variación ${jitterMs} ms).`,
    cure: 'Otra cosa usa la red; el sonido se retiene más tiempo por ello.',
  }),
  'line-slow': ({ rttMs }) => ({
    says: `La ida y vuelta tarda ${rttMs} ms.`,
    cure: 'Se hablará a la vez. Use otra red, o una pasarela más cercana.',
  }),
  'line-unreported': ({ rttMs }) => ({
    says: `Ida y vuelta ${rttMs} ms; el informe de pérdidas no llegó a tiempo.`,
  }),
  'line-no-call': () => ({ says: 'Omitido: no hay llamada que medir.' }),
  'microphone-good': ({ label, loudestDbfs, rateHz }) => ({
    says: `${label || 'Se oye'}: hasta ${loudestDbfs} dBFS, ${rateHz} Hz.`,
  }),
  'microphone-silent': ({ label, loudestDbfs }) => ({
    says: `${label || 'El micrófono'} está en silencio (${loudestDbfs} dBFS).`,
    cure: 'Hable mientras se comprueba; vea si un interruptor o el sistema lo silencia, o elija otro.',
  }),
  'microphone-dead': () => ({
    says: 'No da ningún sonido.',
    cure: 'Desconéctelo y conéctelo, o elija otro.',
  }),
  'microphone-no-context': () => ({
    says: 'El navegador no da sonido.',
    cure: 'Cierre otras páginas que suenan o graban e inténtelo de nuevo.',
  }),
  'microphone-unanswered': () => ({
    says: 'Nadie respondió a la pregunta del navegador.',
    cure: 'Permita el micrófono junto a la barra de direcciones.',
  }),
  'microphone-denied': () => ({
    says: 'No está permitido aquí.',
    cure: 'Permítalo junto a la barra de direcciones, y en los ajustes del sistema para este navegador.',
  }),
  'microphone-missing': () => ({ says: 'No hay ninguno.', cure: 'Conecte uno; sin él se puede escribir.' }),
  'microphone-busy': () => ({ says: 'Otro programa lo ocupa.', cure: 'Cierre ese programa.' }),
  'insecure-page': () => ({
    says: 'No en una página que no es segura.',
    cure: 'Ábrala por https o en localhost.',
  }),
  'worklet-failed': () => ({
    says: 'El programa de audio no se cargó.',
    cure: 'Recargue la página; si sigue así, vuelva a compilar la consola.',
  }),
  unsupported: () => ({
    says: 'El navegador no puede hacerlo.',
    cure: 'Use una versión actual de Chrome, Edge, Firefox o Safari.',
  }),
  'sound-good': ({ rateHz, latencyMs }) => ({
    says: `Sonó un tono (${rateHz} Hz, ${latencyMs} ms hasta el oído).`,
  }),
  'sound-blocked': ({ state }) => ({
    says: `El navegador mantiene la página en silencio (${state}).`,
    cure: 'Haga clic en la página, termine una llamada telefónica e inténtelo de nuevo.',
  }),
  'sound-none': () => ({ says: 'El navegador no da sonido.', cure: 'Use un navegador actual.' }),
  'opus-good': ({ repairs }) => ({
    says: `Por ambas vías${repairs ? '; por WebRTC con reparación de paquetes perdidos' : ''}.`,
  }),
  'opus-webrtc-only': () => ({
    says: 'Por WebRTC; por WebSocket el sonido va sin comprimir, 384 kbit/s de bajada.',
  }),
  'opus-none': () => ({ says: 'Ni en WebCodecs ni en WebRTC; el sonido va sin comprimir.' }),
}
