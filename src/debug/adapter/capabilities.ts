import * as l10n from '@vscode/l10n';
import type { DebugProtocol } from '@vscode/debugprotocol';

/**
 * What the debug adapter can do. Jumps to other lines are not among it: the engine has no way to move the program. Nor is
 * a restart: the editor does it as a session of its own, so that nothing of the run before is told in the next. The request is answered all the same.
 */
export function capabilities(): DebugProtocol.Capabilities {
  return {
    supportsConfigurationDoneRequest: true, supportsFunctionBreakpoints: true, supportsConditionalBreakpoints: true,
    supportsHitConditionalBreakpoints: true, supportsLogPoints: true, supportsEvaluateForHovers: true, supportsSetVariable: true,
    supportsSetExpression: true, supportsRestartRequest: false, supportsTerminateRequest: true, supportTerminateDebuggee: true,
    supportsReadMemoryRequest: true, supportsWriteMemoryRequest: true, supportsDisassembleRequest: true, supportsInstructionBreakpoints: true,
    supportsSteppingGranularity: true, supportsExceptionInfoRequest: true, supportsDelayedStackTraceLoading: true, supportsValueFormattingOptions: true,
    supportsBreakpointLocationsRequest: true, supportsCompletionsRequest: true, completionTriggerCharacters: ['.', '>', ':'],
    supportsLoadedSourcesRequest: true, supportsModulesRequest: true,
    exceptionBreakpointFilters: [{ filter: 'trap', label: l10n.t('Traps'), default: true, description: l10n.t('Stop where the program traps: unreachable, division by zero, bad memory access.') }],
  };
}
