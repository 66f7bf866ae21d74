import * as l10n from '@vscode/l10n';

/** A function of WASI preview 1 (module wasi_snapshot_preview1) as a program imports it. */
export interface WasiFunction { readonly name: string; readonly params: readonly { readonly name: string; readonly type: 'i32' | 'i64' }[]; readonly result: boolean; readonly text: string }

export const wasiModule = 'wasi_snapshot_preview1';

/** Parameters by name; a `*` marks those of 64 bits. */
const signatures = `
args_get argv argv_buf
args_sizes_get argc_out buf_size_out
environ_get environ environ_buf
environ_sizes_get count_out buf_size_out
clock_res_get clock_id resolution_out
clock_time_get clock_id *precision time_out
fd_advise fd *offset *len advice
fd_allocate fd *offset *len
fd_close fd
fd_datasync fd
fd_fdstat_get fd fdstat_out
fd_fdstat_set_flags fd flags
fd_fdstat_set_rights fd *rights_base *rights_inheriting
fd_filestat_get fd filestat_out
fd_filestat_set_size fd *size
fd_filestat_set_times fd *atim *mtim fst_flags
fd_pread fd iovs iovs_len *offset nread_out
fd_prestat_get fd prestat_out
fd_prestat_dir_name fd path path_len
fd_pwrite fd iovs iovs_len *offset nwritten_out
fd_read fd iovs iovs_len nread_out
fd_readdir fd buf buf_len *cookie bufused_out
fd_renumber fd to
fd_seek fd *offset whence newoffset_out
fd_sync fd
fd_tell fd offset_out
fd_write fd iovs iovs_len nwritten_out
path_create_directory fd path path_len
path_filestat_get fd lookup_flags path path_len filestat_out
path_filestat_set_times fd lookup_flags path path_len *atim *mtim fst_flags
path_link old_fd old_flags old_path old_path_len new_fd new_path new_path_len
path_open fd dirflags path path_len oflags *rights_base *rights_inheriting fdflags fd_out
path_readlink fd path path_len buf buf_len bufused_out
path_remove_directory fd path path_len
path_rename fd old_path old_path_len new_fd new_path new_path_len
path_symlink old_path old_path_len fd new_path new_path_len
path_unlink_file fd path path_len
poll_oneoff in out nsubscriptions nevents_out
proc_exit code
proc_raise signal
random_get buf buf_len
sched_yield
sock_accept fd flags fd_out
sock_recv fd ri_data ri_data_len ri_flags ro_datalen_out ro_flags_out
sock_send fd si_data si_data_len si_flags so_datalen_out
sock_shutdown fd how
`;

/** What each call does. */
const texts = (): Readonly<Record<string, string>> => ({
  args_get: l10n.t('Writes the program\'s arguments: pointers to `argv`, their bytes (each ended by a zero) to `argv_buf`.'),
  args_sizes_get: l10n.t('Tells how many arguments there are, and how many bytes they take.'),
  environ_get: l10n.t('Writes the environment variables as NAME=VALUE: pointers to `environ`, their bytes to `environ_buf`.'),
  environ_sizes_get: l10n.t('Tells how many environment variables there are, and how many bytes they take.'),
  clock_res_get: l10n.t('Tells the resolution of a clock in nanoseconds (i64).'),
  clock_time_get: l10n.t('Tells the time of a clock in nanoseconds (i64): 0 is the time of day, 1 a clock that only goes forward, 2 and 3 processor time.'),
  fd_advise: l10n.t('Says how a part of a file is going to be read; nothing depends on it.'),
  fd_allocate: l10n.t('Makes sure that a file has room for a range of bytes.'),
  fd_close: l10n.t('Closes a descriptor.'),
  fd_datasync: l10n.t('Writes a file\'s data to the disk.'),
  fd_fdstat_get: l10n.t('Tells kind, flags and rights of a descriptor (24 bytes).'),
  fd_fdstat_set_flags: l10n.t('Sets a descriptor\'s flags: append 1, dsync 2, nonblock 4, rsync 8, sync 16.'),
  fd_fdstat_set_rights: l10n.t('Takes rights away from a descriptor.'),
  fd_filestat_get: l10n.t('Tells the attributes of an open file (64 bytes).'),
  fd_filestat_set_size: l10n.t('Makes a file this long: what is added is zero.'),
  fd_filestat_set_times: l10n.t('Sets the times of an open file.'),
  fd_pread: l10n.t('Reads from a place in a file, without moving its offset.'),
  fd_prestat_get: l10n.t('Tells of a folder that was opened before the program started; errno 8 (badf) ends the list, which starts at 3.'),
  fd_prestat_dir_name: l10n.t('Writes the name of a folder that was opened before the program started.'),
  fd_pwrite: l10n.t('Writes to a place in a file, without moving its offset.'),
  fd_read: l10n.t('Reads into the buffers of `iovs` (pointer and length, 8 bytes each); tells how many bytes came.'),
  fd_readdir: l10n.t('Reads the entries of a folder from a cookie on (0 at first).'),
  fd_renumber: l10n.t('Gives a descriptor another number, closing what was there.'),
  fd_seek: l10n.t('Moves a file\'s offset: whence 0 from the start, 1 from here, 2 from the end. Tells the new one (i64).'),
  fd_sync: l10n.t('Writes a file\'s data and attributes to the disk.'),
  fd_tell: l10n.t('Tells a file\'s offset (i64).'),
  fd_write: l10n.t('Writes the buffers of `iovs` (pointer and length, 8 bytes each); tells how many bytes went. 1 is the standard output, 2 the standard error.'),
  path_create_directory: l10n.t('Makes a folder.'),
  path_filestat_get: l10n.t('Tells the attributes of a file or folder (64 bytes). With lookup_flags 1 symbolic links are followed.'),
  path_filestat_set_times: l10n.t('Sets the times of a file or folder.'),
  path_link: l10n.t('Makes a hard link.'),
  path_open: l10n.t('Opens a file or folder below the folder `fd`. oflags: create 1, directory 2, exclusive 4, truncate 8. Writes the new descriptor.'),
  path_readlink: l10n.t('Reads where a symbolic link points.'),
  path_remove_directory: l10n.t('Removes an empty folder.'),
  path_rename: l10n.t('Renames a file or folder.'),
  path_symlink: l10n.t('Makes a symbolic link.'),
  path_unlink_file: l10n.t('Removes a file.'),
  poll_oneoff: l10n.t('Waits for the first of several events: 48 bytes for each subscription, 32 for each event.'),
  proc_exit: l10n.t('Ends the program with an exit code; does not return.'),
  proc_raise: l10n.t('Sends the program a signal.'),
  random_get: l10n.t('Fills memory with random bytes fit for cryptography.'),
  sched_yield: l10n.t('Lets others run.'),
  sock_accept: l10n.t('Accepts a connection on a listening socket.'),
  sock_recv: l10n.t('Receives from a socket.'),
  sock_send: l10n.t('Sends on a socket.'),
  sock_shutdown: l10n.t('Closes one or both directions of a socket: 1 reading, 2 writing, 3 both.'),
});

let all: ReadonlyMap<string, WasiFunction> | undefined;

/** The functions of WASI preview 1 by name, with what they do. */
export function wasiFunctions(): ReadonlyMap<string, WasiFunction> {
  const told = texts();
  all ??= new Map(signatures.trim().split('\n').map(line => {
    const [name = '', ...params] = line.split(' ');
    return [name, {
      name, result: name !== 'proc_exit', text: told[name] ?? '',
      params: params.map(param => ({ name: param.replace('*', ''), type: param.startsWith('*') ? 'i64' as const : 'i32' as const })),
    }];
  }));
  return all;
}

/** The type of a WASI function as an import has it. */
export function wasiSignature({ params, result }: WasiFunction): string {
  const given = params.length === 0 ? '' : ` (param ${params.map(param => param.type).join(' ')})`;
  return `${given}${result ? ' (result i32)' : ''}`.trim();
}

/** A WASI function as documentation: what it does, and its parameters by name. */
export function wasiMarkdown(wasi: WasiFunction): string {
  const params = wasi.params.map(param => `\`${param.name}: ${param.type}\``).join(', ');
  return `${wasi.text}\n\n${l10n.t('WASI preview 1')}: ${params === '' ? l10n.t('no parameters') : params}${wasi.result ? ` → \`errno: i32\` (${l10n.t('0 is success')})` : ''}`;
}
