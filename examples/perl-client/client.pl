# A minimal Howdy client in Perl's core modules: commands on stdin, events on stdout, a JSON object a line, as
# docs/control.md says. It takes one thing at a time, in order. Numbers in brackets are clauses of PROTOCOL.md.
use v5.36;
use Encode qw(decode encode FB_CROAK LEAVE_SRC);
use Errno qw(ECONNRESET);
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(sleep time);
use Unicode::Normalize qw(NFC);

my ($PROPOSAL, $ACK, $NAK, $UPDATE, $MESSAGE) = (1 .. 5);
my ($DIAL_TIMEOUT_S, $LINES_MAX, $NAME_BYTES_MAX, $TEXT_BYTES_MAX) = (10, 1000, 64, 3967);
my $LIST_BYTES_MAX = 65_537;    # the longest frame there is
my $GAP_S = 0.020;              # behind each frame: the report's server takes a read for a message [9.2]
my $SEGMENT_SILENCE_S = 0.010;  # ends a frame, since most tell no length [8.4]
my $PADDING_SILENCE_S = 0.500;  # ends a frame that lacks part of a name [8.4]
my $OCTET = qr/25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]/;

# A frame whose end is certain [8.2]: a text holds no type byte, and no name begins with one. In a list, zero bytes
# before a name belong to the name before it [8.6]. The + behind a quantifier keeps all that was matched.
my $WHOLE_FRAME = qr/\A (?: [\x01-\x03] .{64}
  | \x04 (?: [^\x01-\x05] .{63} \0*+ )*+ (?= [\x01-\x05] )
  | \x05 .{128} [^\x01-\x05]{0,3967}+ (?= . )
  | [^\x01-\x05]{1,4096}+ (?= . ) )/sx;
# A frame that may end where what was read ends.
my $POSSIBLE_FRAME = qr/\A (?: \x04 (?: .{64} \0*+ )++ \z | \x05 .{128} | [^\x01-\x05] )/sx;

my $json = JSON::PP->new->utf8->allow_nonref;
my ($is_open, $draft, $selection, @users, @lines) = (1, "");
my ($socket, $server, $username, $proposed);  # what ends with the connection
my ($held, $read_at) = ("", 0);               # bytes that are no frame yet, and when the last of them came
my $input = "";                               # bytes that are no command yet
my %commands = (
    connect => sub ($where) { dial(map { $where->{$_} // "" } qw(address port)) },
    select => sub ($to) { choose(text_of($to, "name")) },
    type => sub ($what) { $draft = text_of($what, "text") },
    send => sub ($) { press_send() },
    state => sub ($) { answer_state() },
    close => sub ($) { $is_open = 0 },
);

# Where nobody reads events any more, the client ends.
sub emit ($event, $what) { print $json->encode({ $event => $what }), "\n" or exit 0 }

sub show (@texts) {
    for my $text (@texts) {
        push @lines, $text;
        shift @lines if @lines > $LINES_MAX;
        emit(shown => { text => $text });
    }
}

sub obey ($line) {
    return if $line !~ /\S/;
    my $command = eval { $json->decode($line) };
    my ($name, @more) = ref $command eq "HASH" ? keys %$command : ();
    my $do = @more ? undef : $commands{ $name // "" };
    return if $do and eval { $do->($command->{$name}); 1 };
    emit(error => { message => "expected a command; got " . substr decode("UTF-8", $line), 0, 80 });
}

sub text_of ($argument, $key) { return "" . ((ref $argument ? $argument->{$key} : $argument) // die) }

sub answer_state () {
    emit(state => { draft => $draft, selection => $selection, names => [ "Server", "All", @users ], lines => \@lines,
        connection => $server, username => $username });
}

sub choose ($name) {
    ($selection) = grep { $_ eq $name } "Server", "All", @users;
    emit(error => { message => "select: expected a name in the list; got $name" }) if !defined $selection;
}

sub set_users (@names) {
    return if "@names" eq "@users" and @names == @users;
    @users = @names;
    $selection = undef if defined $selection and !grep { $_ eq $selection } "Server", "All", @users;
    emit(users => { names => [ "Server", "All", @users ] });
}

sub dial ($address, $port) {
    ($address, $port) = ("127.0.0.1", 20002) if "$address$port" eq "";
    my $is_valid = $address =~ /\A(?:$OCTET\.){3}$OCTET\z/ && $port =~ /\A[1-9][0-9]{0,4}\z/ && $port <= 65535;
    return show("The IP address or port number is not valid, please try again.") if !$is_valid;
    hang_up("ended-here") if $socket;
    show("You are going to connect Howdy Server with $address:$port");
    $socket = IO::Socket::INET->new(Proto => "tcp", PeerAddr => $address, PeerPort => $port,
        Timeout => $DIAL_TIMEOUT_S, LocalAddr => $ENV{HOWDY_LOCAL_ADDRESS} || undef);
    if (!$socket) {
        show("Howdy Server $address:$port cannot be reached: $!.");
        return emit(disconnected => { reason => "dial-failed" });
    }
    $socket->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
    $server = { address => $address, port => $port + 0 };
    emit(connected => $server);
}

sub hang_up ($reason, @why) {
    show(map { "The connection to Howdy Server $server->{address}:$server->{port} is gone: $_." } @why);
    $socket->close;
    ($socket, $server, $username, $proposed, $held) = (undef, undef, undef, undef, "");
    emit(disconnected => { reason => $reason });
    set_users();
}

sub press_send () {
    return show("You did not specify any receiver.") if !defined $selection;
    return if $draft eq "";
    if ($selection eq "Server") {
        my $name = encode("UTF-8", NFC($draft));
        return if defined $username;
        return show("The username is too long.") if length $name > $NAME_BYTES_MAX;
        return show("You are not connected to a Howdy Server.") if !$socket;
        return show("The server has not answered to the last username yet.") if $proposed;
        $proposed = 1;
        transmit(pack "C a64", $PROPOSAL, $name);
    } else {
        my $text = encode("UTF-8", $draft);
        return show("You need set a username first.") if !defined $username;
        my $can_travel = length $text <= $TEXT_BYTES_MAX && is_text($draft);
        return show("The message is too long, or holds a control character.") if !$can_travel;
        show($selection eq "All" ? "You say: $draft" : "You whisper to $selection: $draft");
        transmit(pack "C a64 a64 a*", $MESSAGE, encode("UTF-8", $username), encode("UTF-8", $selection), $text);
    }
    $draft = "";
}

sub transmit ($frame) {
    syswrite $socket, $frame;  # where that fails, the next read tells why
    sleep $GAP_S;
}

sub is_text ($text) { return $text !~ /[^\P{Cc}\t\n]/ }

sub read_text ($bytes) { return decode("UTF-8", $bytes =~ /\A([^\0]*)\0*\z/ ? $1 : die, FB_CROAK | LEAVE_SRC) }

# A frame that is malformed is passed over in silence, as one is that is not for a client [6.3, 10.1].
sub take ($frame) {
    my ($type, $first, $second, $text) = unpack "C a64 a64 a*", $frame;
    if ($type == $ACK) {
        my $name = eval { read_text($first) } // "";
        return if $name eq "";
        ($username, $proposed) = ($name, undef);
        show("Your username is accepted");
    } elsif ($type == $NAK) {
        $proposed = undef;
        show("The username is not accepted by server, please try another one.");
    } elsif ($type == $UPDATE) {
        my %seen = ("" => 1, Server => 1, All => 1);
        my @names = eval { map { read_text($_) } substr($frame, 1) =~ /(.{1,64})\0*/gs } or return;
        take_list(grep { !$seen{$_}++ } @names);
    } elsif ($type == $MESSAGE) {
        my ($from, $to, $said) = eval { map { read_text($_) } $first, $second, $text } or return;
        return if !is_text($said);
        return show("$from says: $said") if $to eq "All";
        return show("$from whispers to you: $said") if $to eq ($username // "");
        emit(ignored => { sender => $from, receiver => $to, text => $said });
    }
}

sub take_list (@names) {
    my %is_old = map { $_ => 1 } @users;
    my %is_new = map { $_ => 1 } @names;
    my @left = grep { !$is_new{$_} } @users;
    my @joined = grep { !$is_old{$_} } @names;
    set_users(@names);
    show(@left, "left this conversation.") if @left;
    show(@joined, "join this conversation.") if @joined;
}

sub read_socket () {
    my $count = sysread $socket, $held, 4096, length $held;
    $read_at = time;
    take(substr $held, 0, $+[0], "") while $held =~ $WHOLE_FRAME;
    take(substr $held, 0, length $held, "") if length $held >= $LIST_BYTES_MAX;
    return if $count;
    return hang_up($!{ECONNRESET} ? "peer-reset" : "network-error", lc "$!") if !defined $count;
    take($held) if $held =~ $POSSIBLE_FRAME;
    hang_up("peer-ended", "it closed the connection");
}

$| = 1;
$SIG{PIPE} = "IGNORE";
$SIG{TERM} = $SIG{INT} = sub { $is_open = 0 };
while ($is_open) {
    my $silence_s = $held =~ $POSSIBLE_FRAME ? $SEGMENT_SILENCE_S : $PADDING_SILENCE_S;
    my $wait_s = $held eq "" ? undef : $read_at + $silence_s - time;
    my @ready = IO::Select->new(\*STDIN, $socket // ())->can_read(defined $wait_s && $wait_s < 0 ? 0 : $wait_s);
    take(substr $held, 0, length $held, "") if !@ready and $held ne "" and time >= $read_at + $silence_s;
    read_socket() if $socket and grep { $_ == $socket } @ready;
    next if !grep { $_ == \*STDIN } @ready;
    my $count = sysread STDIN, $input, 65_536, length $input;
    $input .= "\n" if !$count;
    obey($1) while $is_open and $input =~ s/\A(.*)\n//;
    $is_open = 0 if !$count;
}
hang_up("ended-here") if $socket;
