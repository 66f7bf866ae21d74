import * as l10n from '@vscode/l10n';
import type { DebugProtocol } from '@vscode/debugprotocol';

/**
 * What the debug adapter can do. Jumps to other lines are not among it: the engine has no way to move the program. A program in a terminal is
 * restarted by the editor, as a session of its own: the terminal is the editor's too.
 */
export function capabilities(inTerminal: boolean): DebugProtocol.Capabilities {
  return {
    supportsConfigurationDoneRequest: true, supportsFunctionBreakpoints: true, supportsConditionalBreakpoints: true,
    supportsHitConditionalBreakpoints: true, supportsLogPoints: true, supportsEvaluateForHovers: true, supportsSetVariable: true,
    supportsSetExpression: true, supportsRestartRequest: !inTerminal, supportsTerminateRequest: true, supportTerminateDebuggee: true,
    supportsReadMemoryRequest: true, supportsWriteMemoryRequest: true, supportsDisassembleRequest: true, supportsInstructionBreakpoints: true,
    supportsSteppingGranularity: true, supportsExceptionInfoRequest: true, supportsDelayedStackTraceLoading: true, supportsValueFormattingOptions: true,
    supportsBreakpointLocationsRequest: true, supportsCompletionsRequest: true, completionTriggerCharacters: ['.', '>', ':'],
    supportsLoadedSourcesRequest: true, supportsModulesRequest: true,
    exceptionBreakpointFilters: [{ filter: 'trap', label: l10n.t('Traps'), default: true, description: l10n.t('Stop where the program traps: unreachable, division by zero, bad memory access.') }],
  };
}
