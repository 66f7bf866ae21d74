import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', 'media/', '.vscode-test/', '**/*.mjs', 'test/**/fixtures/', 'test/host/workspaces/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-dynamic-delete': 'off',
      'no-constant-condition': ['error', { checkLoops: false }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-empty-function': 'off',
      'no-restricted-imports': ['error', { paths: [
        { name: 'dockerode', message: 'Load it on first use, in its own bundle.', allowTypeImports: true },
        { name: 'node:child_process', message: 'Only src/base/exec.ts starts processes.' },
      ] }],
    },
  },
  { files: ['src/base/exec.ts', 'test/**'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['src/engine/client.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['test/**'], rules: {
    '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite', 'before', 'after'] }] }],
    '@typescript-eslint/no-non-null-assertion': 'off' } },
);
