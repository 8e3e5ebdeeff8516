/** What was said by whom, and the face of whoever speaks just now. */
import { type FaceInput, type ProsodyEmotion, type UseProsodyStream, useProsodyStream } from '@parley/react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { AppState } from 'react-native'
import { openMicrophone } from './microphone'
import { createNetwork } from './network'
import { type Saying, say } from './say'
import { strings } from './strings'

export interface Line {
  readonly id: number
  readonly by: 'user' | 'agent'
  readonly text: string
}

export interface Conversation {
  readonly voice: UseProsodyStream
  readonly lines: readonly Line[]
  readonly face: () => FaceInput | undefined
  readonly sayText: (text: string) => Promise<void>
}

const KEPT_LINES = 100
const network = createNetwork()

export function useConversation(language: string): Conversation {
  // Written out so that Expo's Babel preset puts the value in its place; in packages it leaves them alone.
  const voice = useProsodyStream(process.env.EXPO_PUBLIC_PROSODY_WS_URL, {
    environment: { network },
    throttleMs: 100,
    ...(openMicrophone === undefined ? {} : { openMicrophone }),
  })
  const { utterance, sample, stop } = voice
  const [lines, setLines] = useState<readonly Line[]>([])
  const saying = useRef<Saying | undefined>(undefined)
  const emotion = useRef<ProsodyEmotion>('neutral')
  const ids = useRef(0)

  const addLine = useCallback((by: Line['by'], text: string) => {
    setLines(before => [...before.slice(1 - KEPT_LINES), { id: ++ids.current, by, text }])
  }, [])

  useEffect(() => {
    if (utterance === undefined) return
    emotion.current = utterance.emotion
    const seconds = ((utterance.untilMs - utterance.fromMs) / 1000).toFixed(1)
    addLine('user', strings.youSpoke(seconds, strings.emotions[utterance.emotion] ?? utterance.emotion))
  }, [utterance, addLine])

  useEffect(() => {
    // Nobody is recorded by an app that they do not see.
    const watching = AppState.addEventListener('change', state => {
      if (state === 'background') stop()
    })
    return () => watching.remove()
  }, [stop])

  useEffect(() => () => saying.current?.stop(), [])

  const sayText = useCallback(
    async (text: string) => {
      saying.current?.stop()
      // It answers in the tone in which it was spoken to.
      const said = await say(text, emotion.current, language)
      saying.current = said
      addLine('agent', said.error !== undefined && !said.byDevice ? said.error.message : text)
      if (said.byDevice) addLine('agent', `(${strings.device})`)
    },
    [addLine, language],
  )

  const face = useCallback(() => {
    const agent = saying.current?.face()
    return agent?.speaking === true ? agent : sample()
  }, [sample])

  return { voice, lines, face, sayText }
}
