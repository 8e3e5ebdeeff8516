/** Where a player finds a sound that is in memory: a file of the app's cache, the same each time. */
import { File, Paths } from 'expo-file-system'

export function soundUri(wav: Uint8Array<ArrayBuffer>): string {
  const file = new File(Paths.cache, 'said.wav')
  if (file.exists) file.delete()
  file.create()
  file.write(wav)
  return file.uri
}
