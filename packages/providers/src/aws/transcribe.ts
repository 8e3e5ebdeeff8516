/** Amazon Transcribe streaming as a recogniser, over the vendor's SDK (HTTP/2 event streams). */

import type { SpeechToText, SttStream } from '@parley/core'
import { optionalPackage } from '../optional-package.js'
import type { VendorContext } from '../vendor.js'
import { awsError } from './aws-error.js'
import { clientSettings } from './client-settings.js'
import { languageCode } from './language-code.js'
import type { TranscribeOptions } from './options.js'
import type { TranscribeClient, TranscribeSdk } from './sitting.js'
import { openTranscribeStream } from './transcribe-stream.js'

const packageName = '@aws-sdk/client-transcribe-streaming'

/** `loadSdk` is a parameter for tests. */
export function transcribe(
  options: TranscribeOptions,
  context: VendorContext,
  loadSdk: () => Promise<TranscribeSdk> = () => import('@aws-sdk/client-transcribe-streaming'),
): SpeechToText {
  const streams = new Set<SttStream>()
  let loading: Promise<{ readonly sdk: TranscribeSdk; readonly client: TranscribeClient }> | undefined

  function ready() {
    loading ??= optionalPackage(packageName, loadSdk).then(sdk => ({
      sdk,
      client: new sdk.TranscribeStreamingClient(clientSettings(options, context.baseUrl)),
    }))
    return loading
  }

  return {
    name: 'transcribe',
    sampleRate: options.sampleRate,
    open({ language, onEvent }) {
      const stream = openTranscribeStream({
        options,
        context,
        ready,
        language: options.languageCode ?? languageCode(language),
        onEvent,
      })
      streams.add(stream)
      return {
        ...stream,
        close() {
          streams.delete(stream)
          stream.close()
        },
      }
    },
    /** Loads the SDK and finds the credentials; a connection is made for each turn. */
    async warm() {
      const { client } = await ready()
      try {
        await client.config.credentials()
      } catch (error) {
        throw awsError('Amazon Transcribe', error, context.epochMs())
      }
    },
    async close() {
      for (const stream of streams) stream.close()
      streams.clear()
      const made = await loading?.catch(() => undefined)
      made?.client.destroy()
    },
  }
}
