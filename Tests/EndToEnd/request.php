<?php
// One request of a CRM: reads, queues or waits, and says whether that made a thread or a socket.
declare(strict_types=1);

function threads(): int
{
    return count(scandir('/proc/self/task')) - 2;
}

function sockets(): int
{
    $found = 0;
    foreach (scandir('/proc/self/fd') as $name) {
        $found += str_starts_with((string) @readlink("/proc/self/fd/$name"), 'socket:') ? 1 : 0;
    }
    return $found;
}

header('Content-Type: application/json');
$before = [threads(), sockets()];
$answer = ['pid' => getmypid()];
try {
    $room = Mailroom\Room::open($_GET['store'], ['key_file' => 1]);
    $account = (int) ($_GET['account'] ?? 0);
    switch ($_GET['do']) {
        case 'status':
            $answer['status'] = $room->status($account);
            break;
        case 'messages':
            $answer['count'] = count(iterator_to_array($room->messages(['account' => $account, 'limit' => 50]), false));
            break;
        case 'failed':
            $answer['failed'] = iterator_to_array($room->failed(), false);
            break;
        case 'sync':
            $answer['job'] = $room->syncJob($account)->id;
            break;
        case 'send':
            $answer['send'] = $room->send($account, [
                'to' => [$_GET['to']], 'subject' => $_GET['subject'], 'text' => "From php-fpm\n"]);
            break;
        case 'wait':
            $answer['result'] = $room->openJob((int) $_GET['job'])->wait((float) $_GET['timeout']);
            break;
        case 'sendwait':
            $answer['result'] = $room->sendWait((int) $_GET['send'], (float) $_GET['timeout']);
            break;
        default:
            throw new LogicException('do what?');
    }
    $room->close();
} catch (Mailroom\TimeoutException $late) {
    $answer['timeout'] = $late->fields;
} catch (Throwable $error) {
    $answer['error'] = get_class($error) . ': ' . $error->getMessage();
}
$answer['before'] = $before;
$answer['after'] = [threads(), sockets()];
echo json_encode($answer, JSON_INVALID_UTF8_SUBSTITUTE);
