/** Every word of the page in English; the Spanish table has the same keys by its type. */
import type { ClientErrorCode } from '@parley/client'

export const english = {
  languageName: 'English',
  chooseLanguage: 'Language of this page',
  tagline: 'Talk to the agent, and see where every millisecond goes.',
  skipToConversation: 'Skip to the conversation',

  connection: {
    idle: 'Not connected',
    connecting: 'Connecting…',
    ready: 'Connected',
    reconnecting: 'Reconnecting…',
    closed: 'Ended',
    failed: 'Could not connect',
    offline: 'No network; waiting for it',
    retryIn: (seconds: string) => `next try in ${seconds} s`,
  },

  talk: {
    heading: 'Voice',
    start: 'Talk',
    stop: 'Stop',
    opening: 'Opening…',
    hold: 'Hold to talk',
    holding: 'Listening',
    pushToTalk: 'Push to talk',
    pushToTalkHint: 'Hold the space bar, or the round button.',
    interrupt: 'Interrupt',
    interruptHint: 'Speak over the agent, or press Esc, to interrupt it.',
    end: 'End',
    you: 'You',
    agent: 'Agent',
    levels: 'Loudness of both sides over the last seconds',
    soundBlocked: 'The browser keeps this page silent. Press any key or button to hear the agent.',
  },

  floor: {
    open: 'The floor is free',
    user: 'You have the floor',
    pause: 'You paused',
    thinking: 'The agent is thinking',
    agent: 'The agent has the floor',
    overlap: 'Both are speaking',
    away: 'Nobody is on the line',
  },

  samples: {
    heading: 'Play a sample recording',
    hint: 'A human voice takes the place of the microphone.',
    patient: 'A patient caller',
    hurried: 'A hurried caller, who interrupts',
    operator: 'A caller for the operator',
    attribution: 'Voice: Allison Smith, Asterisk sounds, CC BY-SA 3.0.',
    play: (title: string) => `Play: ${title}`,
    stop: (title: string) => `Stop: ${title}`,
    playing: 'playing',
    seconds: (count: number) => `${count} s`,
  },

  conversation: {
    heading: 'Conversation',
    emptyTitle: 'Nothing said yet',
    emptyText: 'Press Talk and speak, play a sample recording, or type below. The agent answers aloud.',
    waiting: 'Connected. The floor is yours.',
    typed: 'typed',
    interrupted: 'interrupted',
    unheard: 'not heard:',
    interim: 'hearing',
    type: 'Type instead of talking',
    placeholder: 'Type to the agent…',
    send: 'Send',
    saidYou: (text: string) => `You: ${text}`,
    saidAgent: (text: string) => `Agent: ${text}`,
    cutShort: (text: string) => `Agent, interrupted after: ${text}`,
  },

  latency: {
    heading: 'Where the time went',
    empty:
      'After the first answer, this shows what happened between your last word and the first sound you heard.',
    from: 'from your last word to the first sound of the answer',
    reported: 'measured at this loudspeaker',
    estimated: 'estimated by the gateway',
    stage: 'Stage',
    start: 'Begins',
    duration: 'Takes',
    unattributed: 'Not explained',
    turns: 'Answers, oldest first',
    turn: (number: number, total: string) => `Answer ${number}: ${total}`,
    stages: {
      'last-voice': 'Last word',
      endpoint: 'End of turn decided',
      'final-text': 'Transcript final',
      context: 'Context',
      'first-token': 'First word',
      'first-clause': 'First clause',
      'first-voice': 'Voice begins',
      'first-sent': 'Sound sent',
      'first-heard': 'Sound heard',
    } as Readonly<Record<string, string>>,
  },

  gateway: {
    heading: 'On the line',
    unknown: 'known once connected',
    agent: 'Agent',
    language: 'Language',
    recogniser: 'Recogniser',
    voice: 'Voice',
    session: 'Session',
    roundTrip: 'Round trip',
    none: 'none',
    noRecogniser: 'This gateway cannot hear words. Type below instead.',
    noRecogniserButBrowser:
      'This gateway cannot hear words. Type below, or let this browser recognise your speech.',
    noVoice: 'This gateway has no voice here: answers appear as text.',
    browserStart: 'Use this browser’s recogniser',
    browserStop: 'Stop this browser’s recogniser',
    settings: 'Settings',
    spokenLanguage: 'Spoken language',
    spokenOwn: 'the agent’s own',
    token: 'Access token',
    tokenHint: 'Only needed where the gateway asks for one. It is kept until this page is closed.',
    nextTime: 'Takes effect with the next conversation.',
  },

  problem: {
    dismiss: 'Dismiss',
    retry: 'Try again',
    cures: {
      'microphone-denied':
        'The microphone is not allowed here. Allow it beside the address bar, then press Talk again.',
      'microphone-missing': 'No microphone was found. Plug one in, play a sample recording, or type.',
      'microphone-busy': 'Another program holds the microphone. Close it, then press Talk again.',
      'microphone-lost': 'The microphone was unplugged. Plug it in, then press Talk again.',
      'insecure-page':
        'Browsers give the microphone only to https pages and localhost. Open this page that way, or type.',
      unsupported:
        'This browser cannot carry the sound. Use a current Chrome, Edge, Firefox or Safari; typing still works.',
      'worklet-failed':
        'The audio program did not load. Reload the page; if it stays, rebuild the console on the gateway.',
      'bad-recording': 'The recording could not be read. Reload the page and try again.',
      'bad-option': 'A setting is out of range. Check the access token.',
      'connect-failed': 'The gateway does not answer. Check that it runs, then try again.',
      'connection-lost': 'The connection was lost and could not be restored. Try again.',
      refused: 'The gateway closed the connection.',
      'not-connected': 'There is no connection yet. Press Talk or type once more.',
      'queue-full': 'Too much is waiting to be sent. Wait for the connection to come back.',
      timeout: 'The gateway did not answer in time. Try again.',
      closed: 'The conversation was closed.',
    } as Readonly<Record<ClientErrorCode, string>>,
    unauthenticated: 'This gateway asks for an access token. Enter it here.',
    browserRecogniser:
      'The browser’s recogniser stopped. It may need a network connection; typing still works.',
  },
}

export type Messages = typeof english
