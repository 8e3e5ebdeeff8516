/** The whole app: a face, what was said, and what stands in the way. */
import { getLocales } from 'expo-localization'
import { StatusBar } from 'expo-status-bar'
import { useState } from 'react'
import {
  FlatList,
  Pressable,
  SafeAreaView,
  StyleSheet,
  Text,
  TextInput,
  useColorScheme,
  View,
} from 'react-native'
import { FaceView } from './face-view'
import { MicrophoneNotice, OfflineBanner } from './notices'
import { strings } from './strings'
import { type Line, useConversation } from './use-conversation'

const language = getLocales()[0]?.languageTag ?? 'en-US'

export function ConversationScreen() {
  const { voice, lines, face, sayText } = useConversation(language)
  const [text, setText] = useState('')
  const dark = useColorScheme() === 'dark'
  const listening = voice.microphone === 'granted' || voice.microphone === 'prompt'

  function submit(): void {
    const wanted = text.trim()
    if (wanted === '') return
    setText('')
    void sayText(wanted)
  }

  return (
    <SafeAreaView style={[styles.screen, dark ? styles.dark : null]}>
      <StatusBar style="auto" />
      <OfflineBanner state={voice.state} />
      <FaceView source={face} size={260} labels={strings.face} />
      <Text style={styles.figures}>
        {`${strings.states[voice.state]} · ${strings.pitch} ${Math.round(voice.pitchHz)} Hz · ${strings.energy} ${voice.energy.toFixed(2)}`}
      </Text>
      <MicrophoneNotice microphone={voice.microphone} error={voice.error} />
      <FlatList
        style={styles.lines}
        data={lines}
        keyExtractor={line => String(line.id)}
        renderItem={({ item }) => <Bubble line={item} />}
      />
      <View style={styles.row}>
        <TextInput
          style={[styles.input, dark ? styles.darkInput : null]}
          value={text}
          onChangeText={setText}
          onSubmitEditing={submit}
          placeholder={strings.placeholder}
          placeholderTextColor="#8a8fa3"
          maxLength={5000}
          accessibilityLabel={strings.placeholder}
        />
        <Button label={strings.say} onPress={submit} />
        <Button
          label={listening ? strings.stop : strings.start}
          onPress={() => (listening ? voice.stop() : void voice.start())}
        />
      </View>
    </SafeAreaView>
  )
}

function Bubble({ line }: { line: Line }) {
  return (
    <View style={[styles.bubble, line.by === 'user' ? styles.user : styles.agent]}>
      <Text style={line.by === 'user' ? styles.userText : styles.agentText}>{line.text}</Text>
    </View>
  )
}

function Button({ label, onPress }: { label: string; onPress: () => void }) {
  return (
    <Pressable accessibilityRole="button" style={styles.button} onPress={onPress}>
      <Text style={styles.buttonText}>{label}</Text>
    </Pressable>
  )
}

const styles = StyleSheet.create({
  screen: { flex: 1, alignItems: 'center', backgroundColor: '#f7f7fb', gap: 8 },
  dark: { backgroundColor: '#12131c' },
  figures: { color: '#6d7185', fontVariant: ['tabular-nums'] },
  lines: { flex: 1, alignSelf: 'stretch', paddingHorizontal: 16 },
  row: { flexDirection: 'row', gap: 8, padding: 12, alignSelf: 'stretch' },
  input: { flex: 1, borderRadius: 12, borderWidth: 1, borderColor: '#c9cce0', padding: 10, color: '#16133d' },
  darkInput: { color: '#f6f7ff', borderColor: '#3a3d55' },
  button: { backgroundColor: '#5a5ff0', borderRadius: 12, paddingHorizontal: 14, justifyContent: 'center' },
  buttonText: { color: '#ffffff', fontWeight: '600' },
  bubble: { borderRadius: 14, padding: 10, marginVertical: 4, maxWidth: '85%' },
  user: { alignSelf: 'flex-end', backgroundColor: '#5a5ff0' },
  agent: { alignSelf: 'flex-start', backgroundColor: '#e4e6f5' },
  userText: { color: '#ffffff' },
  agentText: { color: '#16133d' },
})
