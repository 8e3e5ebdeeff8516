import { type Command, InvalidArgumentError } from 'commander'
import type { ImportFlags } from '../campaign/import-file.js'
import type { ExitCode } from './exit-codes.js'
import type { Terminal } from './terminal.js'

const LONGEST_NAME = 200

/** `parley campaign import`: everybody in a CSV file is called. */
export function addCampaignCommand(
  program: Command,
  terminal: Terminal,
  end: (code: ExitCode) => void,
): void {
  const campaign = program.command('campaign').description('calls to many people')
  campaign
    .command('import')
    .description(
      'have everybody in a CSV file called; the same file again makes nothing twice. Exit 1 for bad rows',
    )
    .argument('<file.csv>', 'a column `phone` or `teléfono`; others are told to the agent')
    .option('--agent <name>', 'agent that calls (default: that of the campaign, else the first)', short)
    .option(
      '--from <number>',
      'number that is shown (default: that of the campaign, else of the tenant)',
      short,
    )
    .option('--country <code>', 'whose numbers those without a country are (default: PARLEY_PHONE_COUNTRY)')
    .option(
      '--campaign <name or id>',
      'one that is there, or a new one (default: the name of the file)',
      short,
    )
    .option('--lead-status <status>', 'status of leads that are new', short)
    .option('--dry-run', 'only read the file, and say what is wrong with it')
    .option('--report <bad.csv>', 'write every bad row there: line, reason, what to do')
    .option('--url <url>', 'send it to this gateway instead of writing into the database')
    .option('--token <token>', 'token to bring with --url (default: PARLEY_TOKEN)')
    .option('--tenant <name>', 'whose calls they are (without --url; default: PARLEY_PHONE_TENANT)', short)
    .option('--json', 'one JSON document at the end instead of lines')
    .action(async (file: string, flags: ImportFlags) => {
      // Loaded when needed, so that the other commands start at once.
      const { importFile } = await import('../campaign/import-file.js')
      end(await importFile(terminal, file, flags))
    })
}

function short(value: string): string {
  const text = value.trim()
  if (text !== '' && text.length <= LONGEST_NAME) return text
  throw new InvalidArgumentError(`Give 1–${LONGEST_NAME} characters.`)
}
