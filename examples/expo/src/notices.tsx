/** What stands in the way of a conversation, and what to do about it. */
import type { UseProsodyStream } from '@parley/react'
import { Linking, Platform, Pressable, StyleSheet, Text, View } from 'react-native'
import { strings } from './strings'

export function OfflineBanner({ state }: Pick<UseProsodyStream, 'state'>) {
  if (state !== 'offline') return null
  return (
    <View style={styles.banner} accessibilityRole="alert">
      <Text style={styles.bannerText}>{strings.offline}</Text>
    </View>
  )
}

export function MicrophoneNotice({ microphone, error }: Pick<UseProsodyStream, 'microphone' | 'error'>) {
  return (
    <View style={styles.notice}>
      <Text style={styles.text}>{strings.microphone[microphone]}</Text>
      {error === undefined || microphone === 'denied' ? null : (
        <Text style={styles.error} accessibilityRole="alert">
          {error.message}
        </Text>
      )}
      {microphone === 'denied' && Platform.OS !== 'web' ? (
        <Pressable accessibilityRole="button" onPress={() => void Linking.openSettings()}>
          <Text style={styles.link}>{strings.openSettings}</Text>
        </Pressable>
      ) : null}
    </View>
  )
}

const styles = StyleSheet.create({
  banner: { backgroundColor: '#8a4b00', padding: 10, alignSelf: 'stretch' },
  bannerText: { color: '#ffffff', textAlign: 'center' },
  notice: { alignItems: 'center', gap: 4, paddingHorizontal: 16 },
  text: { color: '#6d7185', textAlign: 'center' },
  error: { color: '#c2334d', textAlign: 'center' },
  link: { color: '#5a5ff0', fontWeight: '600' },
})
