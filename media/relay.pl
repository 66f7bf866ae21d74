# Asks the warm compiler of a build to run a tool, as `wasm-workbench cc` does, but starts in a few milliseconds where Node takes a
# hundred: make starts a compiler for every file. `perl relay.pl N COMMAND... ARGS...`: COMMAND has N words, of which the last is the
# tool's name. Where there is no server, or the tool reads its standard input, COMMAND itself is run with ARGS.
use strict;
use warnings;
use Cwd ();
use Socket;

my $words = shift @ARGV;
my @whole = @ARGV;
my @command = splice @ARGV, 0, $words;
my $tool = $command[-1];

sub instead {
  { no warnings 'exec'; exec { $whole[0] } @whole; }
  print STDERR "$tool: error: can't start $whole[0]: $!\n";
  exit 127;
}

# As readsStdin() of the protocol says.
instead() if grep { $_ eq '-' || /^@/ } @ARGV;
instead() if $tool eq 'ar' && grep { /^-?M$/ } @ARGV;

my ($key, $address) = split /@/, $ENV{WASM_WORKBENCH_SERVER} // '', 2;
instead() unless defined $address && $address =~ m{^/};
my $server;
socket($server, AF_UNIX, SOCK_STREAM, 0) && connect($server, pack_sockaddr_un($address)) or instead();
$SIG{PIPE} = 'IGNORE';

# Bytes are passed on as they are: names of files are UTF-8.
sub text { my $s = shift; $s =~ s/([\\"\x00-\x1f])/sprintf '\\u%04x', ord $1/ge; return "\"$s\"" }
my @passed = qw(PWD CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH LIBRARY_PATH SOURCE_DATE_EPOCH ZERO_AR_DATE DEPENDENCIES_OUTPUT
  SUNPRO_DEPENDENCIES CCC_OVERRIDE_OPTIONS CLANG_NO_DEFAULT_CONFIG NO_COLOR TERM COLUMNS);
my $env = join ',', map { text($_) . ':' . text($ENV{$_}) } grep { defined $ENV{$_} } @passed;
my $asked = '{"key":' . text($key) . ',"tool":' . text($tool) . ',"args":[' . join(',', map { text($_) } @ARGV) . '],"cwd":' . text(Cwd::getcwd()) . ",\"env\":{$env}}";

my $request = pack('VC', length $asked, 1) . $asked . pack('VC', 0, 3);
while (length $request) {
  my $sent = syswrite $server, $request;
  instead() unless defined $sent;
  substr($request, 0, $sent) = '';
}

my $printed = 0;
sub put { my ($to, $bytes) = @_; while (length $bytes) { my $n = syswrite $to, $bytes; last unless defined $n; substr($bytes, 0, $n) = '' } }
my $held = '';
while (sysread $server, my $chunk, 65536) {
  $held .= $chunk;
  while (length $held >= 5) {
    my ($length, $kind) = unpack 'VC', $held;
    last if length $held < 5 + $length;
    my $payload = substr $held, 5, $length;
    substr($held, 0, 5 + $length) = '';
    exit $payload if $kind == 6;
    $printed = 1;
    put($kind == 4 ? \*STDOUT : \*STDERR, $payload);
  }
}
# The server is gone: nothing was printed yet, so that the tool may run again.
instead() unless $printed;
print STDERR "$tool: error: the compiler's server is gone\n";
exit 70;
