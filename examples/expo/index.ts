import { registerRootComponent } from 'expo'
import { ConversationScreen } from './src/conversation-screen'

registerRootComponent(ConversationScreen)
