# Owns the reading of packets where tcpdump cannot: as root of a user namespace it insists on becoming another user. What
# it writes and says is what tcpdump would: a pcap stream on standard output, and on standard error that it listens, and,
# at SIGUSR1, its counts. Perl's core alone. Arguments: device, subnet, its mask, and an address that is left out.
use strict;
use warnings;
use Socket;

# Numbers of Linux's headers: if_packet.h, if_ether.h, sockios.h, socket.h.
my ($AF_PACKET, $SOL_PACKET, $ETH_P_ALL) = (17, 263, 3);
my ($ADD_MEMBERSHIP, $STATISTICS, $PROMISCUOUS) = (1, 6, 1);
my ($SIOCGIFINDEX, $SIOCGSTAMP, $ATTACH_FILTER, $RCVBUFFORCE) = (0x8933, 0x8906, 26, 33);
my ($SNAP_BYTES, $BUFFER_BYTES, $ETHERNET) = (262_144, 33_554_432, 1);

my ($device, $subnet, $mask, $left_out) = @ARGV;
binmode STDOUT;

socket(my $wire, $AF_PACKET, SOCK_RAW, 0) or die "no packets can be read: $!\n";
my $request = pack 'a16 i x20', $device, 0;
ioctl $wire, $SIOCGIFINDEX, $request or die "$device: $!\n";
my $index = (unpack 'a16 i', $request)[1];
setsockopt $wire, SOL_SOCKET, $ATTACH_FILTER, filter() or die "the filter is refused: $!\n";
# Root of a user namespace is root of no buffers: it gets what the system lets everybody have, and by itself a hundredth of it.
setsockopt $wire, SOL_SOCKET, $RCVBUFFORCE, pack 'i', $BUFFER_BYTES
  or setsockopt $wire, SOL_SOCKET, SO_RCVBUF, pack 'i', $BUFFER_BYTES;
# The first question makes the kernel note the time of each packet.
my $stamp = pack 'l! l!', 0, 0;
ioctl $wire, $SIOCGSTAMP, $stamp;
bind $wire, pack 'S n i S C C a8', $AF_PACKET, $ETH_P_ALL, $index, 0, 0, 0, '' or die "$device: $!\n";
# A bridge shows what it passes on only to who asks for everything.
setsockopt $wire, $SOL_PACKET, $ADD_MEMBERSHIP, pack 'i S S a8', $index, $PROMISCUOUS, 0, '' or die "$device: $!\n";

my ($captured, $received, $dropped) = (0, 0, 0);
pipe my $asked, my $ask or die "no pipe: $!\n";
$SIG{USR1} = sub { syswrite $ask, '?' };
write_out(pack 'L S S l L L L', 0xa1b2c3d4, 2, 4, 0, 0, $SNAP_BYTES, $ETHERNET);
print STDERR "listening on $device\n";

my $waiting = '';
vec($waiting, fileno $wire, 1) = 1;
vec($waiting, fileno $asked, 1) = 1;
while (1) {
  my $ready = $waiting;
  next if select($ready, undef, undef, undef) < 0;
  read_packets();
  next unless vec $ready, fileno $asked, 1;
  sysread $asked, my $question, 1;
  count();
  print STDERR "$captured packets captured, $received packets received by filter, $dropped packets dropped by kernel\n";
}

# Reads all that is there.
sub read_packets {
  while (defined recv $wire, my $bytes, $SNAP_BYTES, MSG_DONTWAIT) {
    ioctl $wire, $SIOCGSTAMP, $stamp;
    my ($seconds, $micros) = unpack 'l! l!', $stamp;
    my $length = length $bytes;
    write_out(pack('L L L L', $seconds, $micros, $length, $length) . $bytes);
    $captured++;
  }
}

# The kernel counts from the last question on.
sub count {
  my ($packets, $drops) = unpack 'I I', getsockopt $wire, $SOL_PACKET, $STATISTICS;
  $received += $packets;
  $dropped += $drops;
}

sub write_out {
  my ($bytes) = @_;
  for (my $at = 0; $at < length $bytes; ) {
    $at += syswrite(STDOUT, $bytes, length($bytes) - $at, $at) // exit;
  }
}

# TCP from the subnet to the subnet, but for what one address has to do with: a program for the kernel's filter, as
# bpf(4) has it. Of an Ethernet frame 12 is the type, 23 the protocol, 26 and 30 the two addresses.
sub filter {
  my ($net, $bits, $other) = map { unpack 'N', inet_aton $_ } $subnet, $mask, $left_out;
  my @tests = (
    [0x28, 12], [0x15, 0x0800], [0x30, 23], [0x15, 6],
    map { ([0x20, $_], [0x54, $bits], [0x15, $net], [0x20, $_], [0x15, $other, 'not']) } 26, 30,
  );
  my @program = map {
    my ($code, $value, $not) = @{ $tests[$_] };
    # A jump that fails goes to the last instruction, behind the one that takes the packet.
    my $away = $code == 0x15 ? @tests - $_ : 0;
    pack 'S C C L', $code, ($not ? ($away, 0) : (0, $away)), $value;
  } 0 .. $#tests;
  push @program, pack('S C C L', 0x06, 0, 0, $SNAP_BYTES), pack('S C C L', 0x06, 0, 0, 0);
  our $instructions = join '', @program;
  return pack 'S x![P] P', scalar @program, $instructions;
}
