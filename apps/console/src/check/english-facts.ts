import { type Facts, yes } from './facts.js'

export const englishFacts: Facts = {
  'needs-another': () => ({ says: 'Passed over: what it needs did not work.' }),
  unexpected: ({ message }) => ({
    says: `It failed in an unforeseen way: ${message}`,
    cure: 'Copy the report and ask whoever runs the gateway.',
  }),
  'page-good': () => ({
    says: 'A secure page, and the browser has what is needed.',
  }),
  'page-insecure': () => ({
    says: 'The page is not secure.',
    cure: 'Open it by https, or on localhost; elsewhere browsers give no microphone.',
  }),
  'page-lacks': ({ missing }) => ({
    says: `The browser lacks ${missing}.`,
    cure: 'Use a current Chrome, Edge, Firefox or Safari.',
  }),
  'gateway-good': ({ ms }) => ({ says: `The gateway answers, in ${ms} ms.` }),
  'gateway-status': ({ status }) => ({
    says: `The gateway answers with HTTP ${status}.`,
    cure: 'Look at its log, or at the proxy before it.',
  }),
  'gateway-silent': () => ({
    says: 'The gateway does not answer.',
    cure: 'Check that it runs, and that the network leads to it.',
  }),
  'health-good': ({ checked }) => ({ says: `It finds itself healthy: ${checked}.` }),
  'health-ill': ({ ill, error }) => ({
    says: `Not healthy: ${ill}.${error ? ` ${error}` : ''}`,
    cure: 'Run parley doctor on the gateway; it says why.',
  }),
  'health-unknown': () => ({ says: 'It does not tell how it is.' }),
  'token-none': () => ({ says: 'This gateway asks for none.' }),
  'token-good': () => ({ says: 'The token is good, and may talk.' }),
  'token-needed': () => ({
    says: 'The gateway asks for a token.',
    cure: 'Put one into the settings of the Talk page; parley token create makes one.',
  }),
  'token-refused': () => ({
    says: 'The token is not accepted.',
    cure: 'It may be over, or of another gateway. Get a fresh one.',
  }),
  'token-lacks': () => ({ says: 'The token may not talk.', cure: 'It needs the scope talk.' }),
  'token-status': ({ status }) => ({
    says: `The gateway answers with HTTP ${status}.`,
    cure: 'Wait a moment and try again.',
  }),
  'websocket-good': ({ ms }) => ({ says: `Opens in ${ms} ms.` }),
  'websocket-late': () => ({
    says: 'Does not open in time.',
    cure: 'A proxy on the way may not pass WebSockets on; it has to forward Upgrade and Connection.',
  }),
  'websocket-refused': () => ({
    says: 'Is refused.',
    cure: 'Check CORS_ORIGINS of the gateway, its limits of connections, and that the proxy forwards Upgrade.',
  }),
  'socketio-good': ({ ms, jitterMs, mostMs }) => ({
    says: `Round trip ${ms} ms, jitter ${jitterMs} ms, at most ${mostMs} ms.`,
  }),
  'socketio-slow': ({ ms, jitterMs }) => ({
    says: `Works, but the round trip takes ${ms} ms (jitter ${jitterMs} ms).`,
    cure: 'People will talk over each other. Use another network, or a gateway that is nearer.',
  }),
  'socketio-late': () => ({
    says: 'No answer in time.',
    cure: 'Check that the proxy passes /socket.io/ on.',
  }),
  'socketio-refused': ({ message }) => ({
    says: `Is refused. ${message}`,
    cure: 'Check that the proxy passes /socket.io/ on.',
  }),
  'addresses-good': ({ host, serverReflexive, relay }) => ({
    says: `Own ${yes(host)}, seen from outside (STUN) ${yes(serverReflexive)}, relay (TURN) ${yes(relay)}.`,
  }),
  'addresses-own': ({ host }) => ({
    says: `Own ${yes(host)}. The gateway names no STUN or TURN server; none is needed where its UDP ports can be reached.`,
  }),
  'addresses-none': () => ({
    says: 'The browser finds no address for UDP.',
    cure: 'A policy or an extension of the browser keeps WebRTC from the network.',
  }),
  'addresses-stun-silent': () => ({
    says: 'The STUN server does not answer.',
    cure: 'UDP to it is blocked, or it is down. Add a TURN server by TLS (turns:…:443).',
  }),
  'addresses-turn-silent': ({ url }) => ({
    says: `The TURN server lends no relay: ${url}.`,
    cure: 'It is down, or the way to it is blocked. Try turns: on port 443.',
  }),
  'addresses-turn-password': ({ url }) => ({
    says: `The TURN server refuses the password: ${url}.`,
    cure: 'PARLEY_TURN_SECRET has to be its static-auth-secret, and its clock has to be right.',
  }),
  'webrtc-good': ({ ms, local, protocol }) => ({ says: `Stands after ${ms} ms (${local}, ${protocol}).` }),
  'webrtc-relayed': ({ ms, protocol }) => ({
    says: `Stands after ${ms} ms, through a TURN relay (${protocol}).`,
  }),
  'webrtc-blocked': ({ seconds }) => ({
    says: `UDP is blocked: no way to the gateway in ${seconds} s. Conversations go on by WebSocket.`,
    cure: 'Open the gateway’s UDP ports (PARLEY_WEBRTC_PORTS), say under which address it is reached (PARLEY_WEBRTC_ADDRESS), or add a TURN server.',
  }),
  'webrtc-blocked-with-turn': ({ seconds }) => ({
    says: `UDP is blocked: no way to the gateway in ${seconds} s, not by TURN either. Conversations go on by WebSocket.`,
    cure: 'The TURN server has to reach the gateway’s UDP ports.',
  }),
  'webrtc-unsealed': () => ({ says: 'Not offered: this gateway takes sealed WebSockets alone.' }),
  'webrtc-refused': ({ code, message }) => ({
    says: `The gateway refuses (${code}): ${message}`,
    cure: 'Conversations go on by WebSocket. parley doctor says whether WebRTC is installed.',
  }),
  'webrtc-unanswered': () => ({
    says: 'The offer was not answered.',
    cure: 'Check that the proxy passes POST /v1/webrtc on.',
  }),
  'line-good': ({ rttMs, jitterMs, lossPercent }) => ({
    says: `Round trip ${rttMs} ms, jitter ${jitterMs} ms, ${lossPercent} % lost.`,
  }),
  'line-lossy': ({ rttMs, lossPercent }) => ({
    says: `${lossPercent} % of packets are lost (round trip ${rttMs} ms).`,
    cure: 'Up to a tenth is repaired; nearer to the router, or by cable, less is lost.',
  }),
  'line-jittery': ({ jitterMs }) => ({
    says: `Packets come unevenly (jitter ${jitterMs} ms).`,
    cure: 'Something else uses the network; sound is held longer for it.',
  }),
  'line-slow': ({ rttMs }) => ({
    says: `The round trip takes ${rttMs} ms.`,
    cure: 'People will talk over each other. Use another network, or a gateway that is nearer.',
  }),
  'line-unreported': ({ rttMs }) => ({
    says: `Round trip ${rttMs} ms; the gateway’s report of loss did not come in time.`,
  }),
  'line-no-call': () => ({ says: 'Passed over: there is no call to measure.' }),
  'microphone-good': ({ label, loudestDbfs, rateHz }) => ({
    says: `${label || 'Heard'}: up to ${loudestDbfs} dBFS, ${rateHz} Hz.`,
  }),
  'microphone-silent': ({ label, loudestDbfs }) => ({
    says: `${label || 'It'} is silent (${loudestDbfs} dBFS).`,
    cure: 'Speak while it is checked; see whether a switch on it, or the system, mutes it, or choose another one.',
  }),
  'microphone-dead': () => ({
    says: 'It gives no sound at all.',
    cure: 'Plug it out and in, or choose another one.',
  }),
  'microphone-no-context': () => ({
    says: 'The browser gives no sound.',
    cure: 'Close other pages that play or record, and try again.',
  }),
  'microphone-unanswered': () => ({
    says: 'Nobody answered the browser’s question.',
    cure: 'Allow the microphone beside the address bar.',
  }),
  'microphone-denied': () => ({
    says: 'It is not allowed here.',
    cure: 'Allow it beside the address bar, and in the system’s settings for this browser.',
  }),
  'microphone-missing': () => ({ says: 'There is none.', cure: 'Plug one in; without one, typing works.' }),
  'microphone-busy': () => ({ says: 'Another program holds it.', cure: 'Close that program.' }),
  'insecure-page': () => ({
    says: 'Not on a page that is not secure.',
    cure: 'Open it by https, or on localhost.',
  }),
  'worklet-failed': () => ({
    says: 'The audio program did not load.',
    cure: 'Reload the page; if it stays, rebuild the console.',
  }),
  unsupported: () => ({
    says: 'The browser cannot do that.',
    cure: 'Use a current Chrome, Edge, Firefox or Safari.',
  }),
  'sound-good': ({ rateHz, latencyMs }) => ({
    says: `A tone was played (${rateHz} Hz, ${latencyMs} ms to the ear).`,
  }),
  'sound-blocked': ({ state }) => ({
    says: `The browser keeps the page silent (${state}).`,
    cure: 'Click on the page, end a phone call, and try again.',
  }),
  'sound-none': () => ({ says: 'The browser gives no sound.', cure: 'Use a current browser.' }),
  'opus-good': ({ repairs }) => ({
    says: `Over both edges${repairs ? '; over WebRTC with repair of lost packets' : ''}.`,
  }),
  'opus-webrtc-only': () => ({
    says: 'Over WebRTC; over WebSockets sound goes uncompressed, 384 kbit/s down.',
  }),
  'opus-none': () => ({ says: 'Neither in WebCodecs nor in WebRTC; sound goes uncompressed.' }),
}
