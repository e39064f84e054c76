# The tutorial's first server, as printed there, but indented; the port comes from the command line.
# 引入需要的模块
import socket
import sys
# 创建连接信息
HOST = ""
PORT = int(sys.argv[1])
ADDRESS = (HOST, PORT)
# 创建socket套接字
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
# 绑定端口
server_socket.bind(ADDRESS)
# 开始监听
server_socket.listen(128)
# 信息交互
while True:
    # 用户连接
    print("等待客户端连接......")
    client_socket, client_addr = server_socket.accept()
    print("客户端{}连接成功".format(client_addr))
    # 收发消息
    while True:
        msg = client_socket.recv(1024)
        print("client客户端:{}".format(msg.decode("gbk")))
        if msg == b"bye":
            print("客户端退出!")
            client_socket.close()
            break
# 关闭套接字【一般不关闭】
# server_socket.close()
